#include "worker/artifacts.h"

#include <charconv>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "adapters/fetch/exchange.h"
#include "adapters/storage/s3.h"

namespace worker {

namespace {

namespace fetch = adapters::fetch;
namespace storage = adapters::storage;

constexpr std::uint64_t most_answer = std::uint64_t{64} << 20;

// For two megabytes at the most.
constexpr base::Millis while_somebody_waits{10'000};

// The address is the operator's own word, so it may be in a private network.
storage::S3Send sender(config::S3 const& settings, base::Millis timeout) {
    fetch::FetchOptions const options{.max_size = most_answer,
                                      .connect_timeout = std::min(timeout, base::Millis{10'000}),
                                      .idle_timeout = timeout,
                                      .total_timeout = timeout,
                                      .redirects = 0,
                                      .allow_private = true,
                                      .allow_any_port = true,
                                      .ca_file = settings.ca_file};
    return [options](storage::S3Call const& call) -> std::expected<storage::S3Reply, std::string> {
        auto answer = fetch::exchange({call.method, call.url, call.headers, call.body}, options);
        if (!answer) {
            return std::unexpected{answer.error().code + ": " + answer.error().message};
        }
        return storage::S3Reply{.status = static_cast<int>(answer->status),
                                .headers = std::move(answer->headers),
                                .body = std::move(answer->body)};
    };
}

}  // namespace

std::unique_ptr<adapters::ArtifactStore> make_artifacts(config::Settings const& settings,
                                                        Haste haste) {
    auto const& s3 = settings.results.s3;
    if (!s3.there()) {
        return nullptr;
    }
    bool const hasty = haste == Haste::somebody_waits;
    storage::S3World world{
        .send = sender(s3, hasty ? std::min(s3.timeout, while_somebody_waits) : s3.timeout),
        .now =
            [] {
                return std::chrono::time_point_cast<base::Millis>(std::chrono::system_clock::now());
            },
        .wait = [](base::Millis time) { std::this_thread::sleep_for(time); }};
    storage::S3Options options{.endpoint = s3.endpoint,
                               .region = s3.region,
                               .bucket = s3.bucket,
                               .prefix = s3.prefix,
                               .key = s3.key,
                               .secret = s3.secret,
                               .session_token = s3.session_token,
                               .path_style = s3.path_style};
    options.tries = hasty ? 2 : options.tries;
    return storage::make_s3(std::move(options), std::move(world));
}

std::string artifact_key(base::JobId job, std::string_view name) {
    return fmt::format("{:020}/{}", job.value, name);
}

std::optional<base::JobId> job_of_key(std::string_view key) {
    base::JobId job;
    auto const slash = key.find('/');
    if (slash == std::string_view::npos) {
        return std::nullopt;
    }
    auto const [end, error] = std::from_chars(key.data(), key.data() + slash, job.value);
    bool const whole = error == std::errc{} && end == key.data() + slash && job.value > 0;
    return whole ? std::optional{job} : std::nullopt;
}

std::filesystem::path result_folder(config::Settings const& settings, base::JobId job) {
    return settings.data_dir / "results" / base::to_text(job);
}

}  // namespace worker
