// Off to the pool and back; one file after another.
#include "worker/result_keeper.h"

#include <set>
#include <system_error>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "worker/artifacts.h"
#include "worker/kept_file.h"
#include "worker/named_media.h"

namespace worker {

namespace {

namespace json = boost::json;
namespace fs = std::filesystem;
using adapters::Made;
using adapters::Verdict;
using Kind = NotKept::Kind;

NotKept failed(Kind kind, std::string message) {
    return {.kind = kind, .code = "result_lost", .message = std::move(message)};
}

json::object result_of(Verdict const& verdict) {
    json::error_code code;
    auto whole = json::parse(verdict.result, code);
    return !code && whole.is_object() ? whole.get_object() : json::object{};
}

std::string with_files(Verdict const& verdict, std::vector<KeptFile> const& files) {
    auto result = result_of(verdict);
    json::array list;
    std::set<std::string> roles;
    for (auto const& file : files) {
        if (roles.insert(file.role).second) {
            result[file.role] = file.name;
        }
        list.push_back(json::object{{"name", file.name},
                                    {"role", file.role},
                                    {"type", file.type},
                                    {"size", file.size},
                                    {"sha256", file.sha256}});
    }
    result["files"] = std::move(list);
    return json::serialize(result);
}

class Round {
public:
    Round(config::Settings const& settings, adapters::ArtifactStore* store, jobs::Job const& job,
          std::string const& maker, adapters::Call const& call, Fetching& fetching)
        : store_{store},
          job_{job},
          fetching_{fetching},
          rules_{.results = settings.results,
                 .attempt = call.attempt,
                 .folder = call.result_dir,
                 .watch = [this](int percent) { return note(percent); }} {
        auto const provider = settings.providers.find(maker);
        rules_.allow_private =
            provider != settings.providers.end() && provider->second.allow_private;
    }

    KeptResult run(Verdict const& verdict) {
        std::error_code code;
        fs::create_directories(rules_.folder, code);
        if (code) {
            return std::unexpected{failed(Kind::again, "the result folder: " + code.message())};
        }
        remove_remains(rules_.folder);
        all_ = verdict.made.size();
        std::vector<KeptFile> files;
        std::set<std::string> names;
        for (auto const& made : verdict.made) {
            auto kept = one(made, names);
            if (!kept) {
                kept.error().message =
                    fmt::format("{}: {}", printable(made.role), kept.error().message);
                return std::unexpected{std::move(kept.error())};
            }
            files.push_back(std::move(*kept));
            ++done_;
        }
        return with_files(verdict, files);
    }

private:
    KeptOne one(Made const& made, std::set<std::string>& names) {
        auto kept = keep_file(made, rules_, names);
        if (!kept || store_ == nullptr) {
            return kept;
        }
        auto const stored =
            store_->put(artifact_key(job_.id, kept->name), rules_.folder / kept->name, kept->type);
        if (!stored) {
            return std::unexpected{failed(Kind::again, stored.error().message)};
        }
        return kept;
    }

    bool note(int percent) {
        fetching_.percent = static_cast<int>((done_ * 100 + static_cast<std::size_t>(percent)) /
                                             std::max<std::size_t>(all_, 1));
        return !fetching_.halt;
    }

    adapters::ArtifactStore* store_;
    jobs::Job const& job_;
    Fetching& fetching_;
    KeepingRules rules_;
    std::size_t done_ = 0;
    std::size_t all_ = 0;
};

}  // namespace

std::string with_links(Verdict const& verdict) {
    auto result = result_of(verdict);
    for (auto const& made : verdict.made) {
        auto const& name = made.url.empty() ? made.file : made.url;
        if (!result.contains(made.role)) {
            result[made.role] = name;
        }
        auto const* const first = made.url.empty() ? "file" : "url";
        if (!result.contains(first)) {
            result[first] = name;
        }
    }
    return json::serialize(result);
}

boost::asio::awaitable<KeptResult> ResultKeeper::keep(jobs::Job const& job,
                                                      std::string const& provider,
                                                      adapters::Call const& call,
                                                      Verdict const& verdict, Fetching& fetching) {
    if (config::service_for(settings_, job.service).results == config::ResultFiles::link) {
        co_return with_links(verdict);
    }
    auto work = [&] {
        if (fetching.halt) {
            return KeptResult{std::unexpected{failed(Kind::stopped, "the worker stops")}};
        }
        fetching.percent = 0;
        auto kept = Round{settings_, store_, job, provider, call, fetching}.run(verdict);
        fetching.percent = -1;
        return kept;
    };
    co_return co_await pool_.run(work);
}

boost::asio::awaitable<void> ResultKeeper::tidy(jobs::Job const& job, fs::path const& folder) {
    if (store_ == nullptr || job.state != jobs::State::completed) {
        co_return;
    }
    auto work = [&] {
        std::error_code ignored;
        for (auto const& file : kept_files(job.result)) {
            fs::remove(folder / file.name, ignored);
        }
        return fs::remove(folder, ignored);  // what else it holds stays, and so does it
    };
    co_await pool_.run(work);
}

std::vector<KeptFile> kept_files(std::string_view result) {
    std::vector<KeptFile> files;
    json::error_code code;
    auto const whole = json::parse(result, code);
    auto const* const object = code ? nullptr : whole.if_object();
    auto const* const list = object == nullptr ? nullptr : object->if_contains("files");
    if (list == nullptr || !list->is_array()) {
        return files;
    }
    auto const text = [](json::object const& item, char const* name) {
        auto const* const found = item.if_contains(name);
        return found != nullptr && found->is_string() ? std::string{found->get_string()} : "";
    };
    for (auto const& item : list->get_array()) {
        auto const* const entry = item.if_object();
        auto const* const size = entry == nullptr ? nullptr : entry->if_contains("size");
        if (size != nullptr && size->is_int64() && size->get_int64() >= 0) {
            files.push_back({.name = text(*entry, "name"),
                             .role = text(*entry, "role"),
                             .type = text(*entry, "type"),
                             .size = static_cast<std::uint64_t>(size->get_int64()),
                             .sha256 = text(*entry, "sha256")});
        }
    }
    return files;
}

}  // namespace worker
