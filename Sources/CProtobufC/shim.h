#include <protobuf-c/protobuf-c.h>
#include <pthread.h>
#include <stdint.h>

/* What the message layer needs of C beside protobuf-c to know how much stack is left. */

/* pthread.h declares it only under _GNU_SOURCE. */
int pthread_getattr_np(pthread_t thread, pthread_attr_t *attributes);

/* The address of the caller's frame. That of a local variable may lie elsewhere under a sanitizer. */
static inline uintptr_t martlet_frame_address(void) {
  return (uintptr_t)__builtin_frame_address(0);
}
