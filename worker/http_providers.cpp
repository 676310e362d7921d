#include "worker/http_providers.h"

#include <algorithm>

#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "adapters/fetch/document.h"
#include "adapters/fetch/failed.h"
#include "adapters/fetch/web/web.h"
#include "adapters/store.h"
#include "worker/named_media.h"

namespace worker {

namespace {

namespace engine = adapters::providers::http;

// What is sent on with a request is held in memory as a whole.
constexpr std::uint64_t most_input = std::uint64_t{256} << 20;

using Bytes = std::expected<std::string, engine::NotOpened>;

Bytes not_opened(std::string message, bool passes = false) {
    return std::unexpected{engine::NotOpened{.message = std::move(message), .passes = passes}};
}

// Whatever another server says of a moment, or the way to it.
bool passes_by(std::string const& code) {
    constexpr std::string_view codes[] = {"connect", "cut", "dns", "http_status", "timeout"};
    return std::ranges::find(codes, code) != std::end(codes);
}

Bytes read_all(int descriptor) {
    struct stat found{};
    if (::fstat(descriptor, &found) != 0 ||
        static_cast<std::uint64_t>(found.st_size) > most_input) {
        return not_opened("a file is too large to be sent on");
    }
    std::string bytes(static_cast<std::size_t>(found.st_size), '\0');
    std::size_t had = 0;
    while (had < bytes.size()) {
        auto const got = ::read(descriptor, bytes.data() + had, bytes.size() - had);
        if (got <= 0) {
            return not_opened("a file can't be read to its end");
        }
        had += static_cast<std::size_t>(got);
    }
    return bytes;
}

Bytes open_input(config::Media const& media, std::string const& name) {
    if (name.starts_with("http://") || name.starts_with("https://")) {
        adapters::fetch::FetchOptions options;
        options.max_size = std::min(most_input, static_cast<std::uint64_t>(media.max_size));
        options.connect_timeout = media.connect_timeout;
        options.total_timeout = media.total_timeout;
        options.redirects = media.redirects;
        options.allow_private = media.allow_private;
        options.ca_file = media.ca_file;
        auto document = adapters::fetch::fetch_document(name, options);
        return document ? Bytes{std::move(*document)}
                        : not_opened(document.error().message, passes_by(document.error().code));
    }
    if (media.input_dir.empty()) {
        return not_opened("it names a file, and media.input_dir is not set");
    }
    auto const file = open_beneath(media.input_dir, name);
    return file ? read_all(file->get())
                : not_opened(fmt::format("{}: {}", shown(name), file.error().message));
}

engine::Prices prices_of(config::ProviderPrices const& prices) {
    return {.per_call = prices.per_call,
            .per_second = prices.per_second,
            .per_1k_input_tokens = prices.per_1k_input_tokens,
            .per_1k_output_tokens = prices.per_1k_output_tokens,
            .per_1k_characters = prices.per_1k_characters,
            .currency = prices.currency};
}

}  // namespace

std::unique_ptr<adapters::Provider> make_http_provider(config::HttpProvider const& provider,
                                                       config::Media const& media,
                                                       boost::asio::any_io_executor const& executor,
                                                       engine::Observe observe) {
    try {
        auto web = std::make_unique<adapters::fetch::WebClient>(
            executor, adapters::fetch::WebOptions{.proxy = provider.proxy,
                                                  .ca_file = provider.ca_file,
                                                  .allow_private = provider.allow_private});
        return std::make_unique<engine::Http>(
            executor, std::move(web),
            engine::HttpOptions{
                .account = {.dialect = provider.dialect,
                            .vars = provider.vars,
                            .key = provider.key,
                            .secret = provider.secret},
                .prices = prices_of(provider.prices),
                .timeout = provider.timeout,
                .connect_timeout = provider.connect_timeout,
                .max_size = static_cast<std::uint64_t>(provider.max_size),
                .open_input = [media](std::string const& name) { return open_input(media, name); },
                .observe = std::move(observe),
                .lost_after = {}});
    } catch (adapters::fetch::Failed const& failed) {
        throw adapters::Unusable{
            fmt::format("a provider with dialect {}: {}", provider.dialect.name, failed.what())};
    }
}

}  // namespace worker
