// doctor: where results are kept, whether they can be written there and read again.
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include <fmt/format.h>

#include "worker/artifacts.h"
#include "worker/cli/doctor.h"

namespace worker::cli {

namespace {

namespace fs = std::filesystem;

void judge(Checks& checks, adapters::StorageError const& error) {
    checks.push_back({"results", Health::problem, error.message,
                      error.code == "denied" ? "check results.s3.key, secret and region, and what "
                                               "the bucket allows"
                                             : "check results.s3.endpoint and bucket"});
}

// There and back: what is wrong with a key or a bucket shows in no other way.
void try_s3(Checks& checks, config::S3 const& s3, adapters::ArtifactStore& artifacts) {
    constexpr auto* key = "doctor/probe.txt";
    constexpr auto* text = "written by tallyman doctor";
    auto const file = fs::temp_directory_path() / fmt::format("tallyman-probe-{}", ::getpid());
    std::ofstream{file} << text;
    auto const put = artifacts.put(key, file, "text/plain");
    std::error_code ignored;
    fs::remove(file, ignored);
    if (!put) {
        judge(checks, put.error());
        return;
    }
    auto const got = artifacts.read(key, 0, 100);
    auto const removed = artifacts.remove(key);
    if (!got || !removed) {
        judge(checks, got ? removed.error() : got.error());
        return;
    }
    if (auto const listed = artifacts.list("", 1); !listed) {
        judge(checks, listed.error());
        return;
    }
    bool const same = *got == text;
    checks.push_back({"results", same ? Health::ok : Health::problem,
                      fmt::format("bucket {} at {}: {}", s3.bucket, s3.endpoint,
                                  same ? "written, read, listed and removed" : "gives other bytes"),
                      same ? "" : "is something in between that changes what it passes on?"});
}

void check_space(Checks& checks, config::Settings const& settings) {
    std::error_code code;
    auto const space = fs::space(settings.data_dir, code);
    if (!code && space.available < static_cast<std::uintmax_t>(settings.results.free_space)) {
        checks.push_back({"results", Health::problem,
                          fmt::format("{} MB free, and results.free_space are {} MB: nothing is "
                                      "fetched",
                                      space.available >> 20U, settings.results.free_space >> 20U),
                          "free some space, or keep results in S3"});
    }
}

}  // namespace

void check_results(Checks& checks, Context& context) {
    auto const& settings = context.settings();
    check_space(checks, settings);
    auto const artifacts = make_artifacts(settings);
    if (artifacts == nullptr) {
        checks.push_back({"results", Health::ok,
                          "kept on this disk, below " + (settings.data_dir / "results").string(),
                          ""});
        return;
    }
    try_s3(checks, settings.results.s3, *artifacts);
}

}  // namespace worker::cli
