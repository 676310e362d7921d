// Limits first, then the filter: everything that is not on the list ends the process at once.
#include "adapters/media/crew/sandbox.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <memory>
#include <span>
#include <system_error>

#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "adapters/media/crew/protocol.h"

namespace adapters::media::crew {

namespace {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif
#else
constexpr bool sanitized = false;
#endif

// What malloc, exceptions, and reading what the worker sends cannot do without.
constexpr int allowed[] = {
    SCMP_SYS(pread64), SCMP_SYS(close),        SCMP_SYS(munmap),     SCMP_SYS(mremap),
    SCMP_SYS(brk),     SCMP_SYS(madvise),      SCMP_SYS(futex),      SCMP_SYS(clock_gettime),
    SCMP_SYS(exit),    SCMP_SYS(rt_sigreturn), SCMP_SYS(exit_group),
};

// What the sanitizers' own runtime does beside the program; none of it reaches a file.
constexpr int allowed_to_sanitizers[] = {
    SCMP_SYS(sched_yield), SCMP_SYS(sigaltstack), SCMP_SYS(mprotect),     SCMP_SYS(prctl),
    SCMP_SYS(gettid),      SCMP_SYS(getpid),      SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(tgkill),      SCMP_SYS(write),       SCMP_SYS(read),         SCMP_SYS(pipe2),
};

struct Release {
    void operator()(void* filter) const { ::seccomp_release(filter); }
};

std::string sandbox_error(char const* what, int error) {
    return std::string{what} + ": " + std::generic_category().message(error);
}

bool limit(__rlimit_resource what, rlim_t value) {
    rlimit const both{.rlim_cur = value, .rlim_max = value};
    return ::setrlimit(what, &both) == 0;
}

// Address space in use, in bytes; zero if the system does not say.
std::uint64_t space_in_use() {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> const file{std::fopen("/proc/self/statm", "re"),
                                                               std::fclose};
    unsigned long pages = 0;
    if (!file || std::fscanf(file.get(), "%lu", &pages) != 1) {
        return 0;
    }
    return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

// The sanitizers reserve terabytes, so that no such limit can hold there.
bool limit_memory(std::uint64_t memory) {
    return memory == 0 || sanitized || limit(RLIMIT_AS, space_in_use() + memory);
}

bool set_limits(std::uint64_t memory) {
    return limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, 0) &&
           limit(RLIMIT_NOFILE, channel_number + 1 + 2 * most_files) && limit_memory(memory);
}

int allow(void* filter, std::span<int const> calls) {
    int failed = 0;
    for (int const call : calls) {
        failed = failed != 0 ? failed : ::seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
    }
    return failed;
}

int allow_if(void* filter, int call, std::span<scmp_arg_cmp const> conditions) {
    return ::seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call,
                                    static_cast<unsigned>(conditions.size()), conditions.data());
}

// Only the socket, only memory that nothing can be run in and that no file is behind.
int allow_some(void* filter) {
    constexpr std::array socket{
        scmp_arg_cmp{.arg = 0, .op = SCMP_CMP_EQ, .datum_a = channel_number}};
    constexpr std::array memory{
        scmp_arg_cmp{.arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = PROT_EXEC, .datum_b = 0},
        scmp_arg_cmp{.arg = 3,
                     .op = SCMP_CMP_MASKED_EQ,
                     .datum_a = MAP_ANONYMOUS,
                     .datum_b = MAP_ANONYMOUS}};
    int failed = allow_if(filter, SCMP_SYS(recvmsg), socket);
    failed = failed != 0 ? failed : allow_if(filter, SCMP_SYS(sendmsg), socket);
    return failed != 0 ? failed : allow_if(filter, SCMP_SYS(mmap), memory);
}

int set_filter() {
    std::unique_ptr<void, Release> const filter{::seccomp_init(SCMP_ACT_KILL_PROCESS)};
    if (!filter) {
        return -ENOMEM;
    }
    int failed = ::seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    failed = failed != 0 ? failed : allow(filter.get(), allowed);
    failed = failed != 0 ? failed : allow_some(filter.get());
    if (sanitized && failed == 0) {
        failed = allow(filter.get(), allowed_to_sanitizers);
    }
    return failed != 0 ? failed : ::seccomp_load(filter.get());
}

}  // namespace

std::string enter_sandbox(std::uint64_t memory) {
    // If the worker has died before this, its end of the socket is closed, which is seen next.
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        ::prctl(PR_SET_DUMPABLE, 0) != 0) {
        return sandbox_error("prctl", errno);
    }
    ::close_range(channel_number + 1, ~0U, 0);
    if (!set_limits(memory)) {
        return sandbox_error("setrlimit", errno);
    }
    if (int const failed = set_filter(); failed != 0) {
        return sandbox_error("seccomp", -failed);
    }
    return "";
}

}  // namespace adapters::media::crew
