// One place that knows which parts there are.
#include "worker/compose.h"

#include <cstdio>
#include <random>
#include <variant>

#include <unistd.h>

#include <fmt/format.h>

#include "adapters/providers/command.h"
#include "adapters/providers/simulated.h"
#include "adapters/sqlite/open.h"
#include "worker/http_providers.h"
#include "worker/webhooks/telling_store.h"

namespace worker {

namespace {

constexpr std::string_view sqlite_scheme = "sqlite:";

// What comes before the colon, and nothing of what follows: a URL may carry a password.
std::string scheme_of(std::string const& url) {
    return url.substr(0, url.find(':'));
}

adapters::Doubt doubt_of(config::OnDoubt word) {
    switch (word) {
        case config::OnDoubt::resubmit:
            return adapters::Doubt::resubmit;
        case config::OnDoubt::look_up:
            return adapters::Doubt::look_up;
        case config::OnDoubt::resubmit_once:
            return adapters::Doubt::resubmit_once;
        case config::OnDoubt::park:
            return adapters::Doubt::park;
        case config::OnDoubt::refund:
            return adapters::Doubt::refund;
    }
    CHECK(false);
}

std::unique_ptr<adapters::Provider> make(config::Simulated const& settings,
                                         boost::asio::any_io_executor const& executor) {
    return std::make_unique<adapters::providers::Simulated>(
        executor, adapters::providers::SimulatedOptions{
                      .seed = settings.seed,
                      .latency = settings.latency,
                      .failure_rate = settings.failure_rate,
                      .final_rate = settings.final_rate,
                      .unknown_rate = settings.unknown_rate,
                      .characters_per_second = settings.characters_per_second,
                      .submissions = settings.submissions,
                      .on_doubt = doubt_of(settings.on_doubt),
                      .take_after = settings.take_after,
                      .answer_after = settings.answer_after,
                  });
}

std::unique_ptr<adapters::Provider> make(config::Command const& settings,
                                         boost::asio::any_io_executor const& executor) {
    return std::make_unique<adapters::providers::Command>(executor,
                                                          adapters::providers::CommandOptions{
                                                              .run = settings.run,
                                                              .environment = settings.environment,
                                                              .memory_mb = settings.memory_mb,
                                                              .output_bytes = settings.output_bytes,
                                                              .retry_codes = settings.retry_codes,
                                                              .final_codes = settings.final_codes,
                                                              .kill_after = settings.kill_after,
                                                          });
}

std::unique_ptr<adapters::Store> open_bare(config::Settings const& settings, Opening opening) {
    if (uses_postgres(settings)) {
        auto options = postgres_options(settings);
        options.opening = opening == Opening::create ? adapters::PostgresOpening::create
                                                     : adapters::PostgresOpening::existing;
        return adapters::open_postgres(std::move(options));
    }
    auto const path = sqlite_path(settings);
    if (opening == Opening::create) {
        make_data_dir(settings);
    }
    auto const how = opening == Opening::create ? adapters::SqliteOpening::create
                                                : adapters::SqliteOpening::existing;
    return adapters::open_sqlite(
        {.path = path, .opening = how, .lease_max = jobs::longest_lease / 2});
}

}  // namespace

std::string store_url(config::Settings const& settings) {
    if (!settings.store_url.empty()) {
        return settings.store_url;
    }
    return std::string(sqlite_scheme) + (settings.data_dir / "tallyman.db").string();
}

bool uses_postgres(config::Settings const& settings) {
    auto const url = store_url(settings);
    return url.starts_with("postgres://") || url.starts_with("postgresql://");
}

adapters::PostgresOptions postgres_options(config::Settings const& settings) {
    return {.url = store_url(settings),
            .schema = settings.store_schema,
            .connections = settings.store_connections,
            .statement_timeout = settings.store_statement_timeout,
            .lease_max = jobs::longest_lease / 2};
}

std::string shown_store_url(config::Settings const& settings) {
    return adapters::without_password(store_url(settings));
}

std::filesystem::path sqlite_path(config::Settings const& settings) {
    auto const url = store_url(settings);
    if (!url.starts_with(sqlite_scheme) || url.size() == sqlite_scheme.size()) {
        throw BadStoreUrl(
            fmt::format("store: this build has no store for `{}:`; use postgres://…, sqlite:PATH, "
                        "or leave it empty for the embedded one",
                        scheme_of(url)));
    }
    return url.substr(sqlite_scheme.size());
}

void make_data_dir(config::Settings const& settings) {
    std::error_code code;
    auto const made = std::filesystem::create_directories(settings.data_dir, code);
    if (made) {
        std::filesystem::permissions(settings.data_dir, std::filesystem::perms::owner_all, code);
    }
    if (code) {
        throw adapters::Unavailable(
            fmt::format("can't make the data folder {}: {}; check its parent's permissions, or set "
                        "TALLYMAN_DATA_DIR",
                        settings.data_dir.string(), code.message()));
    }
}

std::unique_ptr<adapters::Store> open_store(config::Settings const& settings, Opening opening,
                                            std::function<void()> told) {
    return std::make_unique<TellingStore>(open_bare(settings, opening),
                                          listening(settings.webhooks), std::move(told));
}

std::string worker_name() {
    char host[64] = "host";
    gethostname(host, sizeof host - 1);
    std::random_device random;
    char digits[9];
    std::snprintf(digits, sizeof digits, "%08x", static_cast<unsigned>(random()));
    return std::string{host} + "-" + std::to_string(getpid()) + "-" + digits;
}

Providers make_providers(config::Settings const& settings, boost::asio::any_io_executor executor) {
    Providers providers;
    for (auto const& [name, provider] : settings.providers) {
        if (auto const* http = std::get_if<config::HttpProvider>(&provider.kind)) {
            providers[name] = make_http_provider(*http, settings.media, executor);
        } else if (auto const* command = std::get_if<config::Command>(&provider.kind)) {
            providers[name] = make(*command, executor);
        } else {
            providers[name] = make(std::get<config::Simulated>(provider.kind), executor);
        }
    }
    return providers;
}

}  // namespace worker
