#include "worker/cli/providers_try.h"

#include <chrono>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "worker/cli/text.h"
#include "worker/cli/verb.h"
#include "worker/http_providers.h"

namespace worker::cli {

namespace {

namespace asio = boost::asio;
using adapters::Fate;
using adapters::Verdict;

constexpr std::size_t most_shown = 2'000;
constexpr base::Millis most_time{1'800'000};

std::string_view fate_word(Fate fate) {
    switch (fate) {
        case Fate::running:
            return "running";
        case Fate::completed:
            return "completed";
        case Fate::not_taken:
            return "not taken";
        case Fate::failed_retryable:
            return "failed, another try may succeed";
        case Fate::failed_final:
            return "failed for good";
        case Fate::unknown:
            return "unknown: it may have been taken";
        case Fate::gone:
            return "gone";
    }
    return "";
}

// Shows what goes out and comes in, with our secrets blotted out.
class TrialScreen {
public:
    explicit TrialScreen(config::HttpProvider const& provider)
        : secrets_{provider.key, provider.secret} {}

    void show(adapters::WebRequest const& request,
              adapters::providers::http::Asked const& answer) const {
        fmt::print("> {} {}\n", request.method, hide(request.url));
        for (auto const& [name, value] : request.headers) {
            fmt::print("> {}: {}\n", name, name == "Authorization" ? "…" : hide(value));
        }
        if (!request.body.empty()) {
            fmt::print(">\n> {}\n", body(request.body));
        }
        if (!answer) {
            fmt::print("< {}: {} ({})\n\n", answer.error().code, clean(answer.error().message),
                       answer.error().written ? "after it was sent" : "nothing was sent");
            return;
        }
        fmt::print("< status {}\n", answer->status);
        for (auto const& [name, value] : answer->headers) {
            fmt::print("< {}: {}\n", clean(name), clean(hide(value)));
        }
        fmt::print("<\n< {}\n\n", answer->body.empty() ? "(read as it came)" : body(answer->body));
    }

private:
    std::string hide(std::string text) const {
        for (auto const& secret : secrets_) {
            for (auto at = text.find(secret); !secret.empty() && at != std::string::npos;
                 at = text.find(secret, at + 3)) {
                text.replace(at, secret.size(), "…");
            }
        }
        return text;
    }

    std::string body(std::string const& bytes) const {
        auto const shown = clean(hide(bytes.substr(0, most_shown)));
        return bytes.size() > most_shown ? fmt::format("{}… ({} bytes)", shown, bytes.size())
                                         : shown;
    }

    std::vector<std::string> secrets_;
};

void print(std::string_view name, std::string const& value) {
    if (!value.empty()) {
        fmt::print("  {:<10} {}\n", name, clean(value));
    }
}

void print_verdict(Verdict const& verdict, std::string const& task) {
    fmt::print("= {}\n", fate_word(verdict.fate));
    print("task", task);
    print("word", verdict.word);
    print("progress", verdict.progress >= 0 ? fmt::format("{} %", verdict.progress) : "");
    print("code", verdict.code);
    print("message", verdict.message.empty() ? verdict.note : verdict.message);
    print("result", verdict.result);
    for (auto const& made : verdict.made) {
        print("made", fmt::format("{}: {} {}", made.role, made.url.empty() ? made.file : made.url,
                                  made.type));
    }
    print("duration", verdict.duration ? base::to_text(*verdict.duration) : "");
    print("usage", verdict.usage);
    print("cost", verdict.cost ? fmt::format("{} {}", base::to_text({verdict.cost->micros}),
                                             verdict.cost->currency)
                               : "");
    print("request", verdict.request_id);
    fmt::print("\n");
}

asio::awaitable<Verdict> follow(adapters::Provider& provider, adapters::Call call) {
    auto submitted = co_await provider.submit(call);
    print_verdict(submitted.verdict, submitted.task);
    auto verdict = std::move(submitted.verdict);
    auto const until = std::chrono::steady_clock::now() + most_time;
    asio::steady_timer timer{co_await asio::this_coro::executor};
    while (!submitted.task.empty() && std::chrono::steady_clock::now() < until &&
           (verdict.fate == Fate::running || verdict.fate == Fate::unknown)) {
        fmt::print("… asks again in {}\n", base::to_text(verdict.ask_again));
        std::fflush(stdout);
        timer.expires_after(verdict.ask_again);
        co_await timer.async_wait(asio::use_awaitable);
        verdict = co_await provider.poll(call, submitted.task);
        print_verdict(verdict, submitted.task);
    }
    co_return verdict;
}

adapters::Call call_of(Trial const& trial, config::Settings const& settings) {
    auto const now = std::chrono::system_clock::now().time_since_epoch();
    auto const key = fmt::format("try-{}", std::chrono::nanoseconds{now}.count());
    adapters::Call call;
    call.key = key;
    call.user = "try";
    call.service = "try";
    call.model = trial.model;
    call.input = trial.input;
    call.timeout = most_time;
    call.result_dir = trial.folder.empty() ? settings.data_dir / "tries" / key
                                           : std::filesystem::path(trial.folder);
    return call;
}

}  // namespace

int try_provider(Context& context, Trial const& trial) {
    auto const& settings = context.settings();
    auto const found = settings.providers.find(trial.provider);
    auto const* http = found == settings.providers.end()
                           ? nullptr
                           : std::get_if<config::HttpProvider>(&found->second.kind);
    if (http == nullptr) {
        throw Stop(usage, fmt::format("no provider of kind http is named `{}`; `tallyman "
                                      "providers` lists them",
                                      trial.provider));
    }
    boost::json::error_code error;
    auto const parsed = boost::json::parse(trial.input, error);
    if (error || !parsed.is_object()) {
        throw Stop(usage, "--input is not a JSON object, such as '{\"text\": \"hello\"}'");
    }
    TrialScreen const screen{*http};
    asio::io_context io{1};
    auto const provider = make_http_provider(
        *http, settings.media, io.get_executor(),
        [&screen](auto const& request, auto const& answer) { screen.show(request, answer); });
    auto const call = call_of(trial, settings);
    Verdict verdict;
    std::exception_ptr thrown;
    asio::co_spawn(io, follow(*provider, call), [&](std::exception_ptr error_of, Verdict last) {
        thrown = std::move(error_of);
        verdict = std::move(last);
    });
    io.run();
    if (thrown) {
        std::rethrow_exception(thrown);
    }
    if (std::ranges::any_of(verdict.made, [](auto const& made) { return !made.file.empty(); })) {
        fmt::print("files are in {}\n", call.result_dir.string());
    }
    return verdict.fate == Fate::completed ? done : answer_is_no;
}

}  // namespace worker::cli
