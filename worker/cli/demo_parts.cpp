// The demo's folder is its own; its worker is this very program.
#include "worker/cli/demo_parts.h"

#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <set>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "config/load.h"
#include "worker/cli/demo_files.h"
#include "worker/cli/verb.h"

namespace worker::cli {

namespace fs = std::filesystem;

namespace {

// It names the folder's owner: nothing else is ever removed.
constexpr char const* mark = "made-by-tallyman-demo";

bool is_there(std::string const& program) {
    auto const* const path = std::getenv("PATH");
    std::string_view rest = path == nullptr ? "" : path;
    while (!rest.empty()) {
        auto const folder = rest.substr(0, rest.find(':'));
        if (access((fs::path{folder} / program).c_str(), X_OK) == 0) {
            return true;
        }
        rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
    }
    return false;
}

void write(fs::path const& path, std::string_view text) {
    std::ofstream file{path};
    file << text << std::flush;
    if (!file) {
        throw Stop(usage, fmt::format("{}: can't be written", path.string()));
    }
}

// Into YAML's double quotes.
std::string in_quotes(std::string const& text) {
    std::string out;
    for (char const c : text) {
        out += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
    }
    return out;
}

std::string with_folder(std::string settings, fs::path const& folder) {
    constexpr std::string_view place = "DEMO_FOLDER";
    return settings.replace(settings.find(place), place.size(), in_quotes(folder.string()));
}

// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become_worker(std::array<char const*, 7> const& words, int log, pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) {
        _exit(0);
    }
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execv("/proc/self/exe", const_cast<char* const*>(words.data()));
    _exit(127);
}

}  // namespace

std::vector<std::string> missing_packages() {
    std::set<std::string> missing;
    for (auto const& [program, package] : {std::pair{"espeak-ng", "espeak-ng"},
                                           {"ffmpeg", "ffmpeg"},
                                           {"ffprobe", "ffmpeg"},
                                           {"jq", "jq"}}) {
        if (!is_there(program)) {
            missing.insert(package);
        }
    }
    return {missing.begin(), missing.end()};
}

fs::path prepare_demo(fs::path const& folder) {
    std::error_code error;
    if (fs::exists(folder, error) && !fs::is_empty(folder, error)) {
        if (!fs::exists(folder / mark, error)) {
            throw Stop(usage, fmt::format("{} is not empty and was not made by a demo; name "
                                          "another folder with --dir",
                                          folder.string()));
        }
        fs::remove_all(folder, error);
    }
    fs::create_directories(folder, error);
    if (error) {
        throw Stop(usage, fmt::format("{}: {}", folder.string(), error.message()));
    }
    write(folder / mark, "");
    write(folder / "prices.yaml", demo_prices);
    write(folder / "tallyman.yaml", with_folder(std::string{demo_settings}, folder));
    return folder / "tallyman.yaml";
}

void forget_settings() {
    for (auto const& [name, value] : config::environment()) {
        unsetenv(name.c_str());
    }
}

DemoWorker::DemoWorker(fs::path const& settings, fs::path const& log) {
    int const file = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    auto const config = settings.string();
    std::array<char const*, 7> const words{"tallyman", "--config", config.c_str(), "up",
                                           "--port",   "0",        nullptr};
    auto const parent = getpid();
    pid_ = file < 0 ? -1 : fork();
    if (pid_ == 0) {
        become_worker(words, file, parent);
    }
    if (file >= 0) {
        close(file);
    }
    if (pid_ < 0) {
        throw Stop(usage, "the demo's worker could not be started");
    }
}

DemoWorker::~DemoWorker() {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
}

}  // namespace worker::cli
