// Decides which part of zlib is used: the declarations of its stable binary interface (version 1.2 and later),
// written here because the library is on every system and its development package is not.
#ifndef MARTLET_CZLIB_H
#define MARTLET_CZLIB_H

typedef struct z_stream_s {
  const unsigned char *next_in;
  unsigned int avail_in;
  unsigned long total_in;
  unsigned char *next_out;
  unsigned int avail_out;
  unsigned long total_out;
  const char *msg;
  void *state;
  void *zalloc;
  void *zfree;
  void *opaque;
  int data_type;
  unsigned long adler;
  unsigned long reserved;
} z_stream;

enum { MARTLET_Z_NO_FLUSH = 0, MARTLET_Z_FINISH = 4 };
enum { MARTLET_Z_OK = 0, MARTLET_Z_STREAM_END = 1, MARTLET_Z_BUF_ERROR = -5 };
/// The window of 32 KiB, with the header and trailer of gzip (RFC 1952).
enum { MARTLET_Z_GZIP_WINDOW = 15 + 16, MARTLET_Z_DEFLATED = 8, MARTLET_Z_MEMORY_LEVEL = 8 };

int deflateInit2_(z_stream *stream, int level, int method, int window_bits, int memory_level,
                  int strategy, const char *version, int stream_size);
int deflate(z_stream *stream, int flush);
unsigned long deflateBound(z_stream *stream, unsigned long length);
int deflateEnd(z_stream *stream);
int inflateInit2_(z_stream *stream, int window_bits, const char *version, int stream_size);
int inflate(z_stream *stream, int flush);
int inflateReset(z_stream *stream);
int inflateEnd(z_stream *stream);

#endif
