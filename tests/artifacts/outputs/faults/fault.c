/* Makes one system call of pyrepro fail, or all from one on: loaded before the C library by LD_PRELOAD.
 *
 * FAULT_CALL   which call: write, open, rename, fsync, close, link, unlink, chmod, utimens, read, readdir, thread,
 *              pipe, mkdir, dup, spawn, seek, truncate
 * FAULT_WHEN   which of them, counted from 1 over all threads
 * FAULT_STICKS 1 if all later ones fail as well
 * FAULT_ERRNO  with which number
 * FAULT_COUNTS a file for how many calls of each name there were, where nothing is to fail
 *
 * Programs that pyrepro starts are left alone, and so is standard error, where failures are told. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum call { WRITE, OPEN, RENAME, FSYNC, CLOSE, LINK, UNLINK, CHMOD, UTIMENS, READ, READDIR, THREAD, PIPE, MKDIR, DUP, SPAWN, SEEK, TRUNCATE, CALLS };
static const char *names[CALLS] = {"write", "open", "rename", "fsync", "close", "link", "unlink", "chmod", "utimens", "read", "readdir", "thread", "pipe", "mkdir", "dup", "spawn", "seek", "truncate"};
static atomic_long counts[CALLS];
static int active, chosen = -1, number, sticks;
static long when;

__attribute__((constructor)) static void start(void) {
    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length < 0) return;
    program[length] = 0;
    const char *name = strrchr(program, '/');
    active = name && strcmp(name + 1, "pyrepro") == 0;
    const char *call = getenv("FAULT_CALL");
    for (int i = 0; call && i < CALLS; i++)
        if (strcmp(call, names[i]) == 0) chosen = i;
    when = getenv("FAULT_WHEN") ? atol(getenv("FAULT_WHEN")) : 0;
    number = getenv("FAULT_ERRNO") ? atoi(getenv("FAULT_ERRNO")) : EIO;
    sticks = getenv("FAULT_STICKS") != NULL;
}

__attribute__((destructor)) static void end(void) {
    const char *place = getenv("FAULT_COUNTS");
    if (!active || !place) return;
    active = 0;
    FILE *file = fopen(place, "w");
    if (!file) return;
    for (int i = 0; i < CALLS; i++) fprintf(file, "%s %ld\n", names[i], (long)counts[i]);
    fclose(file);
}

static int fails(enum call call) {
    if (!active) return 0;
    long count = ++counts[call];
    if ((int)call != chosen || (sticks ? count < when : count != when)) return 0;
    errno = number;
    return 1;
}

#define REAL(type, name, ...) static type (*real)(__VA_ARGS__); if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

ssize_t write(int fd, const void *bytes, size_t length) {
    REAL(ssize_t, "write", int, const void *, size_t);
    return fd != 2 && fails(WRITE) ? -1 : real(fd, bytes, length);
}
ssize_t copy_file_range(int in, off64_t *a, int out, off64_t *b, size_t length, unsigned flags) {
    REAL(ssize_t, "copy_file_range", int, off64_t *, int, off64_t *, size_t, unsigned);
    return fails(WRITE) ? -1 : real(in, a, out, b, length, flags);
}
ssize_t sendfile64(int out, int in, off64_t *offset, size_t length) {
    REAL(ssize_t, "sendfile64", int, int, off64_t *, size_t);
    return fails(WRITE) ? -1 : real(out, in, offset, length);
}
ssize_t read(int fd, void *bytes, size_t length) {
    REAL(ssize_t, "read", int, void *, size_t);
    return fails(READ) ? -1 : real(fd, bytes, length);
}
ssize_t pread64(int fd, void *bytes, size_t length, off64_t at) {
    REAL(ssize_t, "pread64", int, void *, size_t, off64_t);
    return fails(READ) ? -1 : real(fd, bytes, length, at);
}
int open64(const char *path, int flags, ...) {
    REAL(int, "open64", const char *, int, ...);
    va_list more;
    va_start(more, flags);
    int mode = va_arg(more, int);
    va_end(more);
    return fails(OPEN) ? -1 : real(path, flags, mode);
}
int rename(const char *from, const char *to) {
    REAL(int, "rename", const char *, const char *);
    return fails(RENAME) ? -1 : real(from, to);
}
int fsync(int fd) {
    REAL(int, "fsync", int);
    return fails(FSYNC) ? -1 : real(fd);
}
int close(int fd) {
    REAL(int, "close", int);
    int failed = fails(CLOSE), kept = errno, result = real(fd);
    /* As the system has it, the file is closed all the same. */
    if (!failed) return result;
    errno = kept;
    return -1;
}
int link(const char *from, const char *to) {
    REAL(int, "link", const char *, const char *);
    return fails(LINK) ? -1 : real(from, to);
}
int linkat(int a, const char *from, int b, const char *to, int flags) {
    REAL(int, "linkat", int, const char *, int, const char *, int);
    return fails(LINK) ? -1 : real(a, from, b, to, flags);
}
int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    return fails(UNLINK) ? -1 : real(path);
}
int unlinkat(int folder, const char *path, int flags) {
    REAL(int, "unlinkat", int, const char *, int);
    return fails(UNLINK) ? -1 : real(folder, path, flags);
}
int rmdir(const char *path) {
    REAL(int, "rmdir", const char *);
    return fails(UNLINK) ? -1 : real(path);
}
int chmod(const char *path, mode_t mode) {
    REAL(int, "chmod", const char *, mode_t);
    return fails(CHMOD) ? -1 : real(path, mode);
}
int fchmod(int fd, mode_t mode) {
    REAL(int, "fchmod", int, mode_t);
    return fails(CHMOD) ? -1 : real(fd, mode);
}
int futimens(int fd, const struct timespec times[2]) {
    REAL(int, "futimens", int, const struct timespec *);
    return fails(UTIMENS) ? -1 : real(fd, times);
}
int utimensat(int folder, const char *path, const struct timespec times[2], int flags) {
    REAL(int, "utimensat", int, const char *, const struct timespec *, int);
    return fails(UTIMENS) ? -1 : real(folder, path, times, flags);
}
struct dirent64 *readdir64(DIR *folder) {
    REAL(struct dirent64 *, "readdir64", DIR *);
    return fails(READDIR) ? NULL : real(folder);
}
int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument) {
    REAL(int, "pthread_create", pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    return fails(THREAD) ? number : real(thread, attributes, run, argument);
}
int pipe2(int ends[2], int flags) {
    REAL(int, "pipe2", int *, int);
    return fails(PIPE) ? -1 : real(ends, flags);
}
int mkdir(const char *path, mode_t mode) {
    REAL(int, "mkdir", const char *, mode_t);
    return fails(MKDIR) ? -1 : real(path, mode);
}
int fcntl64(int fd, int command, ...) {
    REAL(int, "fcntl64", int, int, ...);
    va_list more;
    va_start(more, command);
    long argument = va_arg(more, long);
    va_end(more);
    return command == F_DUPFD_CLOEXEC && fails(DUP) ? -1 : real(fd, command, argument);
}
int fcntl(int fd, int command, ...) {
    REAL(int, "fcntl", int, int, ...);
    va_list more;
    va_start(more, command);
    long argument = va_arg(more, long);
    va_end(more);
    return command == F_DUPFD_CLOEXEC && fails(DUP) ? -1 : real(fd, command, argument);
}
int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[]) {
    REAL(int, "posix_spawnp", pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const[], char *const[]);
    return fails(SPAWN) ? number : real(pid, file, actions, attributes, arguments, environment);
}
pid_t fork(void) {
    REAL(pid_t, "fork", void);
    return fails(SPAWN) ? -1 : real();
}
off64_t lseek64(int fd, off64_t offset, int whence) {
    REAL(off64_t, "lseek64", int, off64_t, int);
    return fails(SEEK) ? -1 : real(fd, offset, whence);
}
int ftruncate64(int fd, off64_t length) {
    REAL(int, "ftruncate64", int, off64_t);
    return fails(TRUNCATE) ? -1 : real(fd, length);
}
