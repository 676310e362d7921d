// A provider whose dialect is given as YAML, and a web that answers what a test wrote down.
#pragma once

#include <deque>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "adapters/providers/http/provider.h"
#include "config/dialect.h"
#include "tests/support/temp_dir.h"

namespace tests {

namespace http = adapters::providers::http;
namespace asio = boost::asio;
using adapters::Blame;
using adapters::Call;
using adapters::Fate;
using adapters::Submitted;
using adapters::Verdict;
using adapters::WebAnswer;
using adapters::WebError;
using adapters::WebRequest;

inline dialect::Dialect dialect_of(std::string const& yaml) {
    auto loaded = config::parse_dialect(yaml, "dialect");
    for (auto const& problem : loaded.problems) {
        ADD_FAILURE() << config::to_text(problem);
    }
    return loaded.value.value_or(dialect::Dialect{});
}

inline WebAnswer json_answer(unsigned status, std::string body, adapters::WebHeaders more = {}) {
    more.emplace_back("Content-Type", "application/json");
    return {.status = status, .headers = std::move(more), .body = std::move(body)};
}

using Reply = std::expected<WebAnswer, WebError>;

inline Reply lost(std::string code = "lost") {
    return std::unexpected{WebError{std::move(code), "the connection broke", true}};
}

inline Reply unreachable() {
    return std::unexpected{WebError{"connect", "nobody is there", false}};
}

// Gives its answers in order, bodies of streams in pieces of `piece` bytes.
class ScriptedWeb final : public adapters::Web {
public:
    asio::awaitable<Reply> ask(WebRequest request) override {
        auto const stream = request.on_body;
        asked.push_back(std::move(request));
        if (answers.empty()) {
            ADD_FAILURE() << "asked once more: " << asked.back().url;
            co_return lost();
        }
        auto answer = std::move(answers.front());
        answers.pop_front();
        if (answer && stream) {
            auto const body = std::exchange(answer->body, {});
            for (std::size_t at = 0; at < body.size(); at += piece) {
                if (!stream(*answer, std::string_view{body}.substr(at, piece))) {
                    break;
                }
            }
        }
        co_return answer;
    }

    std::deque<Reply> answers;
    std::vector<WebRequest> asked;
    std::size_t piece = 7;
};

class World {
public:
    explicit World(std::string const& yaml, http::HttpOptions options = {}) {
        auto web_owner = std::make_unique<ScriptedWeb>();
        web = web_owner.get();
        options.account.dialect = dialect_of(yaml);
        if (options.account.key.empty()) {
            options.account.key = "the-key";
        }
        provider = std::make_unique<http::Http>(io.get_executor(), std::move(web_owner),
                                                std::move(options));
        call.job = base::JobId{7};
        call.key = "job-7-1";
        call.service = "tts";
        call.timeout = base::Millis{60'000};
        call.result_dir = folder.path() / "7";
    }

    World& answers(Reply reply) {
        web->answers.push_back(std::move(reply));
        return *this;
    }

    World& answers(std::string body) { return answers(json_answer(200, std::move(body))); }

    template <typename T>
    T run(asio::awaitable<T> work) {
        std::optional<T> result;
        asio::co_spawn(io, std::move(work), [&](std::exception_ptr error, T value) {
            EXPECT_FALSE(error);
            result.emplace(std::move(value));
        });
        io.restart();
        io.run();
        return std::move(*result);
    }

    Submitted submit(std::string input = "{}") {
        call.input = std::move(input);
        return run(provider->submit(call));
    }

    Verdict poll(std::string task = "t1") { return run(provider->poll(call, std::move(task))); }

    Submitted look_up() { return run(provider->look_up(call)); }

    WebRequest const& last() const { return web->asked.back(); }

    std::string header(std::string const& name) const {
        WebAnswer const view{.headers = last().headers};
        return std::string{view.header(name)};
    }

    support::TempDir folder;
    asio::io_context io;
    ScriptedWeb* web = nullptr;
    std::unique_ptr<http::Http> provider;
    Call call;
};

// A provider of tasks with all that the format has: lists of errors, words, a look-up by our key.
inline constexpr char const* video = R"(
dialect: test-video
vars: {base_url: https://video.example.com, model: v1, region: cn}
let:
  kind: {$if: input.image, then: image2video, else: text2video}
auth: {kind: bearer}
headers: {X-Region: "{{region}}"}
submit:
  url: "{{base_url}}/v1/videos/{{kind}}"
  json:
    model: "{{model}}"
    prompt: {$: input.prompt, required: true}
    image: {$: input.image}
    duration: {$: input.seconds, as: text, default: "5"}
    options: {watermark: {$: input.watermark, as: boolean}}
  success: [{at: /code, is: 0}]
  task: /data/task_id
  client_key: {where: body, at: /external_task_id}
  idempotency: unique
lookup:
  url: "{{base_url}}/v1/videos?external_task_id={{client_key}}"
  found: /data/0/task_id
  absent: [{at: /code, is: 0}, {at: /data/0, exists: false}]
  grace: 0s
poll:
  url: "{{base_url}}/v1/videos/{{kind}}/{{task}}"
  first: 15s
  every: 5s
  most: 20s
  status: [/data/task_status, /status]
  words:
    running: [submitted, processing]
    completed: [succeed, succeeded]
    failed: [failed]
    cancelled: [cancelled]
    lost: [UNKNOWN]
  progress: /data/progress
  retention: 24h
result:
  made: [{role: video, url: /data/videos/0/url, type: video/mp4}]
  fields: {cover: /data/cover}
  duration: {at: /data/videos/0/duration, unit: string_s}
  usage: /usage
  cost: {at: /data/units, currency: units, per: 0.5}
cancel: {url: "{{base_url}}/v1/videos/{{task}}/cancel", only_when: [submitted]}
errors:
  - {codes: [1301, DataInspectionFailed], as: content}
  - {codes: [1303], as: moment}
  - {status: [401, 403], as: provider}
  - {codes: [1201], as: taken, during: submit}
hint: {kind: webhook, field: /callback_url}
)";

}  // namespace tests
