/* Decides what Swift sees of posix_spawn beyond its Glibc module: glibc declares it only under _GNU_SOURCE. */
#include <spawn.h>

extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions,
                                                const char *path);

extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions,
                                                    int from);

/* The new process leads a session of its own. */
static const short martlet_spawn_setsid = 0x80;
