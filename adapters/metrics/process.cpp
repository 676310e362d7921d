// /proc/self, read as proc(5) describes it.
#include "adapters/metrics/process.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

namespace adapters::metrics {

namespace {

constexpr Family cpu{"process_cpu_seconds_total", "User and system time spent, in seconds."};
constexpr Family resident{"process_resident_memory_bytes", "Memory in use, in bytes."};
constexpr Family open_files{"process_open_fds", "Open file descriptors."};
constexpr Family most_files{"process_max_fds", "Most file descriptors that may be open."};
constexpr Family threads{"process_threads", "Threads of the process."};
constexpr Family began_at{"process_start_time_seconds",
                          "When the process began, in seconds since the epoch."};

// What stands in /proc/self/stat after the program's name, which may have blanks in it.
struct Stat {
    std::int64_t user = 0;    // ticks
    std::int64_t system = 0;  // ticks
    std::int64_t threads = 0;
    std::int64_t began = 0;  // ticks after the machine did
    std::int64_t pages = 0;
    bool known = false;
};

Stat read_stat() {
    std::ifstream file{"/proc/self/stat"};
    std::string const text{std::istreambuf_iterator<char>{file}, {}};
    auto const end = text.rfind(')');
    if (end == std::string::npos) {
        return {};
    }
    std::istringstream rest{text.substr(end + 1)};
    std::string state;
    std::int64_t fields[21] = {};  // the next one may be too large for this
    rest >> state;
    for (auto& field : fields) {
        rest >> field;
    }
    // The third field of all, the state, is the first here.
    return {.user = fields[10],
            .system = fields[11],
            .threads = fields[16],
            .began = fields[18],
            .pages = fields[20],
            .known = static_cast<bool>(rest)};
}

std::int64_t machine_began() {
    std::ifstream file{"/proc/stat"};
    std::string word;
    std::int64_t seconds = 0;
    while (file >> word) {
        if (word == "btime" && file >> seconds) {
            return seconds;
        }
    }
    return 0;
}

std::int64_t count_open_files() {
    std::error_code error;
    std::filesystem::directory_iterator const files{"/proc/self/fd", error};
    return error ? 0 : std::distance(begin(files), end(files));
}

Seconds of_ticks(std::int64_t ticks) {
    return Seconds{static_cast<double>(ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK))};
}

}  // namespace

ProcessMeters::ProcessMeters(Registry& registry)
    : cpu_{registry.counter(cpu)},
      resident_{registry.gauge(resident)},
      open_files_{registry.gauge(open_files)},
      most_files_{registry.gauge(most_files)},
      threads_{registry.gauge(threads)},
      began_at_{registry.gauge(began_at)} {
    if (auto const stat = read_stat(); stat.known) {
        began_at_.set(Seconds{machine_began()} + of_ticks(stat.began));
    }
}

void ProcessMeters::look() const {
    if (auto const stat = read_stat(); stat.known) {
        cpu_.raise_to(of_ticks(stat.user + stat.system));
        resident_.set(stat.pages * ::sysconf(_SC_PAGESIZE));
        threads_.set(stat.threads);
    }
    open_files_.set(count_open_files());
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
        most_files_.set(static_cast<std::int64_t>(limit.rlim_cur));
    }
}

}  // namespace adapters::metrics
