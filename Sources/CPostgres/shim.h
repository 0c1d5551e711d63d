/* Decides what Swift sees of libpq, and of the Linux calls that Swift's Glibc module leaves out. */
#include <fcntl.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Declared by glibc only under _GNU_SOURCE. */
extern int pthread_setname_np(pthread_t thread, const char *name);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

/* An eventfd that neither blocks nor reaches child processes; -1 and errno on failure. */
static inline int martlet_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

/* A descriptor that polls readable once the process has ended; -1 and errno on failure. */
static inline int martlet_pidfd(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

/* Keeps a descriptor from child processes (fcntl is variadic); -1 and errno on failure. */
static inline int martlet_close_on_exec(int file) { return fcntl(file, F_SETFD, FD_CLOEXEC); }
