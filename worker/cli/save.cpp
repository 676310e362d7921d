// From the result folder, or from the store of artifacts.
#include "worker/cli/save.h"

#include <algorithm>
#include <fstream>
#include <memory>
#include <string>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/running_hash.h"
#include "worker/artifacts.h"
#include "worker/cli/verb.h"
#include "worker/kept_file.h"
#include "worker/named_media.h"

namespace worker::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t piece = std::uint64_t{4} << 20;

[[noreturn]] void fail(std::string const& what) {
    throw Stop(answer_is_no, what);
}

// Where nothing was kept the result may still name a file of its folder.
std::vector<KeptFile> files_of(jobs::Job const& job) {
    auto files = kept_files(job.result);
    if (auto const name = named_in(job.result, {"file"}); files.empty() && name) {
        files.push_back({.name = *name});
    }
    return files;
}

class Source {
public:
    Source(Context& context, jobs::Job const& job, KeptFile const& file)
        : file_{file}, key_{artifact_key(job.id, file.name)} {
        auto const folder = result_folder(context.settings(), job.id);
        if (auto const found = open_beneath(folder, file.name)) {
            in_.open(folder / file.name, std::ios::binary);
        } else {
            artifacts_ = make_artifacts(context.settings());
        }
        if (!in_.is_open() && !artifacts_) {
            fail(fmt::format("{} is not in {}; was it made on another machine?", file.name,
                             folder.string()));
        }
    }

    // Empty: there is no more.
    std::string next() {
        std::string bytes;
        if (!artifacts_) {
            bytes.resize(piece);
            in_.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
            bytes.resize(static_cast<std::size_t>(in_.gcount()));
        } else if (at_ < file_.size) {
            auto got = artifacts_->read(key_, at_, std::min(piece, file_.size - at_));
            if (!got) {
                fail(fmt::format("{}: {}", file_.name, got.error().message));
            }
            bytes = std::move(*got);
        }
        at_ += bytes.size();
        return bytes;
    }

private:
    KeptFile const& file_;
    std::string key_;
    std::ifstream in_;
    std::unique_ptr<adapters::ArtifactStore> artifacts_;
    std::uint64_t at_ = 0;
};

// Under another name first, so that what has the name is whole.
void save(Context& context, jobs::Job const& job, KeptFile const& file, fs::path const& to) {
    Source source{context, job, file};
    auto const draft = to.string() + ".part";
    std::ofstream out{draft, std::ios::binary | std::ios::trunc};
    base::RunningHash hash;
    for (auto bytes = source.next(); !bytes.empty() && out; bytes = source.next()) {
        hash.add(bytes);
        out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }
    out.close();
    std::error_code code;
    bool const as_kept = file.sha256.empty() || base::hex(hash.finish()) == file.sha256;
    if (out && as_kept) {
        fs::rename(draft, to, code);
        if (!code) {
            return;
        }
    }
    std::error_code ignored;
    fs::remove(draft, ignored);
    fail(as_kept ? fmt::format("{} can't be written", to.string())
                 : fmt::format("{} is not what was kept: its SHA-256 differs", file.name));
}

}  // namespace

std::vector<fs::path> save_result(Context& context, jobs::Job const& job, fs::path const& to) {
    auto files = files_of(job);
    if (job.state != jobs::State::completed || files.empty()) {
        fail(fmt::format("job {} is {} and has left no file{}", job.id.value,
                         jobs::to_text(job.state), job.pruned ? ": retention removed it" : ""));
    }
    std::error_code ignored;
    bool const all = fs::is_directory(to, ignored);
    std::vector<fs::path> saved;
    files.resize(all ? files.size() : 1);
    for (auto const& file : files) {
        saved.push_back(all ? to / fs::path{file.name}.filename() : to);
        save(context, job, file, saved.back());
    }
    return saved;
}

}  // namespace worker::cli
