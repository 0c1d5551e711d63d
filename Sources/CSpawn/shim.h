/* Decides what Swift sees of starting processes beyond its Glibc module: what glibc declares only under _GNU_SOURCE, and what
   it has only as macros. */
#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>

extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions,
                                                const char *path);

extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions,
                                                    int from);

extern int pipe2(int ends[2], int flags);

/* The new process leads a session of its own. */
static const short martlet_spawn_setsid = 0x80;

/* How many open files a message may carry. */
enum { martlet_most_files = 3 };

union martlet_file_message {
  struct cmsghdr header;
  char space[CMSG_SPACE(martlet_most_files * sizeof(int))];
};

/* Sends bytes and open files in one message; cmsg(3). Returns what sendmsg returns. */
static inline ssize_t martlet_send_files(int socket, const void *bytes, size_t length, const int *files, size_t count) {
  union martlet_file_message control;
  memset(&control, 0, sizeof control);
  struct iovec part = {(void *)bytes, length};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space,
                           .msg_controllen = CMSG_SPACE(count * sizeof(int))};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(count * sizeof(int));
  memcpy(CMSG_DATA(header), files, count * sizeof(int));
  return sendmsg(socket, &message, MSG_NOSIGNAL);
}

/* Waits for such a message: leaves its files, closed on exec, and their number. Returns what recvmsg returns, and fails with
   EMSGSIZE when it was cut. */
static inline ssize_t martlet_receive_files(int socket, void *bytes, size_t capacity, int *files, size_t *count) {
  union martlet_file_message control;
  struct iovec part = {bytes, capacity};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
  ssize_t length;
  do length = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  while (length < 0 && errno == EINTR);
  *count = 0;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); length >= 0 && header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    *count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(files, CMSG_DATA(header), *count * sizeof(int));
  }
  if (length >= 0 && message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
    errno = EMSGSIZE;
    return -1;
  }
  return length;
}
