// The folder that `tallyman demo` works in, and the worker that it starts there.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace worker::cli {

// Programs that the demo needs and that are not on the PATH, as Debian packages.
std::vector<std::string> missing_packages();

// Writes the demo's settings and prices into `folder`; what an earlier demo left there is removed.
// Throws Stop where something else is in the way. Returns the settings' path.
std::filesystem::path prepare_demo(std::filesystem::path const& folder);

// Nothing of this process's own settings is to reach the demo.
void forget_settings();

// `tallyman up` on a free port, in a process of its own, for as long as this lives; its log goes to
// a file.
class DemoWorker {
public:
    DemoWorker(std::filesystem::path const& settings, std::filesystem::path const& log);
    DemoWorker(DemoWorker const&) = delete;
    DemoWorker& operator=(DemoWorker const&) = delete;
    ~DemoWorker();

private:
    pid_t pid_ = -1;
};

}  // namespace worker::cli
