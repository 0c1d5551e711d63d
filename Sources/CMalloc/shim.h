/* Decides what Swift sees of the allocator beyond its Glibc module: mallopt(3). */
#include <malloc.h>
