/*
 * Records what a program does to the files below one folder, and lets chosen calls fail.
 *
 * LD_PRELOAD is this library, and in the environment are
 *   RECORDER_WATCH  the folder, an absolute path without links
 *   RECORDER_LOG    the file that records are appended to
 *   RECORDER_FAULT  the file that says what fails, read anew with each call: see struct fault
 *
 * Records are one line each; a write is followed by its bytes and a line feed. Files are named by their inode, with the
 * path where they are made. All writers of the log append with one call, so that their records are in the order of what
 * happened: a write is recorded when it was made, a sync when it has succeeded, before the program goes on.
 *   create INODE PATH | mkdir PATH | unlink PATH | rmdir PATH | rename FROM<tab>TO
 *   write INODE OFFSET LENGTH | truncate INODE SIZE | sync INODE | syncdir PATH
 *   lost INODE                a sync that was made to fail
 *   fault OPERATION ERRNO PATH
 *
 * The calls are those that node and SQLite import (nm -D). Shared memory of the write-ahead log (-shm) may be made to
 * fail, but is not recorded: SQLite makes it anew.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name)) real_symbol(#name))
#define MAX_FILES 4096

/* What fails: one line, "OPERATIONS NTH ERRNO TIMES SUFFIX", for example "ws 3 5 1 -wal". */
struct fault {
  char operations[16]; /* letters: o open, r read, w write, t truncate, s sync, u unlink, n rename, m mkdir */
  long nth;            /* the first that fails, counted from 1 since the line was written */
  int error;           /* its errno; 0: a write is cut short */
  long times;          /* how many fail; 0: all from there on */
  char suffix[64];     /* only of paths that end like this; "*": of all */
};

static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static char *watched[MAX_FILES]; /* the path of each open file below the folder */
static const char *folder, *fault_file;
static int log_file = -1, control = -1;
static struct fault fault;
static long seen;
static char last_line[128];

static void *real_symbol (const char *name) {
  return dlsym(RTLD_NEXT, name);
}

__attribute__((constructor)) static void start (void) {
  folder = getenv("RECORDER_WATCH");
  fault_file = getenv("RECORDER_FAULT");
  const char *log = getenv("RECORDER_LOG");
  if (log != NULL) log_file = REAL(open64)(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fault_file != NULL) control = REAL(open64)(fault_file, O_RDONLY | O_CLOEXEC);
}

static int ends_with (const char *text, const char *end) {
  size_t length = strlen(text), tail = strlen(end);
  return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* The absolute path, when it is the folder or below it, else null. */
static const char *path_below (const char *path, char *absolute) {
  if (folder == NULL || path == NULL) return NULL;
  if (path[0] == '/') snprintf(absolute, PATH_MAX, "%s", path);
  else {
    char here[PATH_MAX / 2];
    if (getcwd(here, sizeof here) == NULL) return NULL;
    snprintf(absolute, PATH_MAX, "%s/%s", here, path);
  }
  size_t length = strlen(folder);
  int below = strncmp(absolute, folder, length) == 0 && (absolute[length] == '/' || absolute[length] == '\0');
  return below ? absolute : NULL;
}

static void record (const char *data, size_t length, const char *format, ...) {
  char line[2 * PATH_MAX + 64];
  va_list arguments;
  va_start(arguments, format);
  int size = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  struct iovec parts[] = { { line, size }, { (void *) data, length }, { "\n", data == NULL ? 0 : 1 } };
  if (log_file >= 0 && writev(log_file, parts, 3) < 0) abort();
}

/* True when this call is to fail; errno is set then, to 0 for a short write. */
static int fails (char operation, const char *path) {
  if (control < 0) return 0;
  char line[sizeof last_line] = "";
  if (REAL(pread64)(control, line, sizeof line - 1, 0) < 0) return 0;
  if (strcmp(line, last_line) != 0) {
    strcpy(last_line, line);
    seen = 0;
    if (sscanf(line, "%15s %ld %d %ld %63s", fault.operations, &fault.nth, &fault.error, &fault.times,
      fault.suffix) != 5) fault.operations[0] = '\0';
  }
  if (strchr(fault.operations, operation) == NULL || operation == '\0') return 0;
  if (strcmp(fault.suffix, "*") != 0 && !ends_with(path, fault.suffix)) return 0;
  seen++;
  if (seen < fault.nth || (fault.times > 0 && seen >= fault.nth + fault.times)) return 0;
  record(NULL, 0, "fault %c %d %s\n", operation, fault.error, path);
  errno = fault.error;
  return 1;
}

static const char *path_of (int fd) {
  return fd >= 0 && fd < MAX_FILES ? watched[fd] : NULL;
}

static int is_recorded (const char *path) {
  return !ends_with(path, "-shm");
}

static unsigned long inode_of (int fd) {
  struct stat found;
  return fstat(fd, &found) == 0 ? found.st_ino : 0;
}

int open64 (const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = (flags & O_CREAT) ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  char absolute[PATH_MAX];
  if (path_below(path, absolute) == NULL) return REAL(open64)(path, flags, mode);

  pthread_mutex_lock(&lock);
  int fd = -1;
  if (!fails('o', absolute)) {
    int made = (flags & O_CREAT) && access(absolute, F_OK) != 0;
    fd = REAL(open64)(path, flags, mode);
    if (fd >= 0 && fd < MAX_FILES) {
      free(watched[fd]);
      watched[fd] = strdup(absolute);
      if (made && is_recorded(absolute)) record(NULL, 0, "create %lu %s\n", inode_of(fd), absolute);
      else if ((flags & O_TRUNC) && is_recorded(absolute)) record(NULL, 0, "truncate %lu 0\n", inode_of(fd));
    }
  }
  pthread_mutex_unlock(&lock);
  return fd;
}

int close (int fd) {
  pthread_mutex_lock(&lock);
  if (path_of(fd) != NULL) {
    free(watched[fd]);
    watched[fd] = NULL;
  }
  pthread_mutex_unlock(&lock);
  return REAL(close)(fd);
}

/* A write of one piece; `offset` is -1 where the file's own position counts. */
static ssize_t write_at (int fd, const void *data, size_t length, off64_t offset) {
  const char *path = path_of(fd);
  pthread_mutex_lock(&lock);
  ssize_t written = -1;
  int failed = fails('w', path);
  if (failed && errno == 0 && length > 1) length /= 2;
  if (!failed || errno == 0) {
    off64_t place = offset;
    if (offset < 0) {
      struct stat found;
      int appends = fcntl(fd, F_GETFL) & O_APPEND;
      place = appends && fstat(fd, &found) == 0 ? found.st_size : lseek64(fd, 0, SEEK_CUR);
    }
    written = offset < 0 ? REAL(write)(fd, data, length) : REAL(pwrite64)(fd, data, length, offset);
    if (written > 0 && is_recorded(path)) {
      record(data, written, "write %lu %lld %zd\n", inode_of(fd), (long long) place, written);
    }
  }
  pthread_mutex_unlock(&lock);
  return written;
}

ssize_t write (int fd, const void *data, size_t length) {
  return path_of(fd) == NULL ? REAL(write)(fd, data, length) : write_at(fd, data, length, -1);
}

ssize_t pwrite64 (int fd, const void *data, size_t length, off64_t offset) {
  return path_of(fd) == NULL ? REAL(pwrite64)(fd, data, length, offset) : write_at(fd, data, length, offset);
}

static int fails_here (char operation, const char *path) {
  pthread_mutex_lock(&lock);
  int failed = path != NULL && fails(operation, path);
  pthread_mutex_unlock(&lock);
  return failed;
}

ssize_t read (int fd, void *data, size_t length) {
  return fails_here('r', path_of(fd)) ? -1 : REAL(read)(fd, data, length);
}

ssize_t pread64 (int fd, void *data, size_t length, off64_t offset) {
  return fails_here('r', path_of(fd)) ? -1 : REAL(pread64)(fd, data, length, offset);
}

int ftruncate64 (int fd, off64_t size) {
  const char *path = path_of(fd);
  if (path == NULL) return REAL(ftruncate64)(fd, size);
  pthread_mutex_lock(&lock);
  int result = fails('t', path) ? -1 : REAL(ftruncate64)(fd, size);
  if (result == 0 && is_recorded(path)) record(NULL, 0, "truncate %lu %lld\n", inode_of(fd), (long long) size);
  pthread_mutex_unlock(&lock);
  return result;
}

static int sync_with (int (*real) (int), int fd) {
  const char *path = path_of(fd);
  if (path == NULL) return real(fd);
  struct stat found;
  pthread_mutex_lock(&lock);
  int result = fails('s', path) ? -1 : real(fd);
  if (is_recorded(path) && fstat(fd, &found) == 0) {
    if (S_ISDIR(found.st_mode)) {
      if (result == 0) record(NULL, 0, "syncdir %s\n", path);
    } else {
      record(NULL, 0, "%s %lu\n", result == 0 ? "sync" : "lost", (unsigned long) found.st_ino);
    }
  }
  pthread_mutex_unlock(&lock);
  return result;
}

int fsync (int fd) {
  return sync_with(REAL(fsync), fd);
}

int fdatasync (int fd) {
  return sync_with(REAL(fdatasync), fd);
}

/* A change of a folder by one path. */
static int change_entry (int (*real) (const char *), const char *path, char operation, const char *name) {
  char absolute[PATH_MAX];
  if (path_below(path, absolute) == NULL) return real(path);
  pthread_mutex_lock(&lock);
  int result = fails(operation, absolute) ? -1 : real(path);
  if (result == 0 && is_recorded(absolute)) record(NULL, 0, "%s %s\n", name, absolute);
  pthread_mutex_unlock(&lock);
  return result;
}

int unlink (const char *path) {
  return change_entry(REAL(unlink), path, 'u', "unlink");
}

int rmdir (const char *path) {
  return change_entry(REAL(rmdir), path, 'u', "rmdir");
}

int mkdir (const char *path, mode_t mode) {
  char absolute[PATH_MAX];
  if (path_below(path, absolute) == NULL) return REAL(mkdir)(path, mode);
  pthread_mutex_lock(&lock);
  int result = fails('m', absolute) ? -1 : REAL(mkdir)(path, mode);
  if (result == 0) record(NULL, 0, "mkdir %s\n", absolute);
  pthread_mutex_unlock(&lock);
  return result;
}

int rename (const char *from, const char *to) {
  char old[PATH_MAX], new[PATH_MAX];
  if (path_below(from, old) == NULL || path_below(to, new) == NULL) return REAL(rename)(from, to);
  pthread_mutex_lock(&lock);
  int result = fails('n', old) ? -1 : REAL(rename)(from, to);
  if (result == 0) record(NULL, 0, "rename %s\t%s\n", old, new);
  pthread_mutex_unlock(&lock);
  return result;
}
