// How a submit goes, and what of it that failed may be begun anew.
#include "adapters/providers/http/provider.h"

#include <algorithm>
#include <type_traits>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "adapters/providers/http/bytes.h"
#include "adapters/providers/http/stream.h"
#include "adapters/providers/text.h"

namespace adapters::providers::http {

namespace asio = boost::asio;
using dialect::As;
using dialect::During;

namespace {

constexpr std::size_t inputs_at_once = 4;

asio::awaitable<std::expected<std::string, NotOpened>> open_there(OpenInput open,
                                                                  std::string name) {
    co_return open(name);
}

// What would hold up all other calls for a while: bodies of files, large answers.
constexpr std::size_t large = std::size_t{1} << 20;

template <typename Work>
asio::awaitable<std::invoke_result_t<Work>> done_there(Work work) {
    co_return work();
}

// On the thread of `pool` where it is about more than a little; what it refers to waits for it.
template <typename Work>
asio::awaitable<std::invoke_result_t<Work>> aside(asio::thread_pool& pool, std::size_t bytes,
                                                  Work work) {
    if (bytes <= large) {
        co_return work();
    }
    co_return co_await asio::co_spawn(pool, done_there(std::move(work)), asio::use_awaitable);
}

std::size_t size_of(Files const& files) {
    std::size_t size = 0;
    for (auto const& [name, bytes] : files) {
        size += bytes.size();
    }
    return size;
}

asio::awaitable<std::expected<void, std::string>> write_there(std::filesystem::path folder,
                                                              std::vector<FileMade> const& files) {
    for (auto const& file : files) {
        if (auto written = write_file(folder / file.name, file.bytes); !written) {
            co_return written;
        }
    }
    co_return std::expected<void, std::string>{};
}

// What is to be sent on can't be had at the moment, which is no fault of the provider's.
std::string const no_input_yet = "input_unavailable";

// Nothing went out: it was not taken, and whose fault that is shows in the code.
Verdict unsent(WebError const& error) {
    constexpr std::string_view ours[] = {"bad_url", "bad_request", "forbidden_address"};
    bool const by_us = std::ranges::find(ours, error.code) != std::end(ours);
    Verdict verdict{.fate = Fate::not_taken,
                    .blame = by_us ? Blame::provider : Blame::moment,
                    .code = by_us                        ? "channel_broken"
                            : error.code == no_input_yet ? no_input_yet
                                                         : "provider_unavailable",
                    .message = error.message};
    verdict.ask_again = base::Millis{5'000};
    return verdict;
}

// A template that can't be filled: by what the job lacks, or by what the settings lack.
Verdict unfilled(std::string const& why, Values const& values) {
    auto const& vars = values.account.dialect.vars;
    bool const ours = why.contains("`model`") || std::ranges::any_of(vars, [&](auto const& var) {
                          return why.contains("`" + var.name + "`");
                      });
    return {.fate = Fate::not_taken,
            .blame = ours ? Blame::provider : Blame::job,
            .code = ours ? "channel_broken" : "provider_refused",
            .message = why};
}

// The body of an answer is the result; one that is JSON all the same may be an error.
bool makes_bytes(dialect::Dialect const& dialect) {
    return !dialect.result.request &&
           std::ranges::any_of(dialect.result.made, [](dialect::Thing const& thing) {
               return thing.from == dialect::From::bytes;
           });
}

WebError unfilled_error(std::string why) {
    return {.code = "unfilled", .message = std::move(why), .written = false};
}

WebError unopened_error(NotOpened why) {
    return {.code = why.passes ? no_input_yet : "unfilled",
            .message = std::move(why.message),
            .written = false};
}

}  // namespace

Http::Http(asio::any_io_executor executor, std::unique_ptr<Web> web, HttpOptions options)
    : executor_{std::move(executor)},
      web_{std::move(web)},
      options_{std::move(options)},
      pace_{options_.account.dialect.poll, options_.lost_after},
      files_{std::make_unique<asio::thread_pool>(1)} {}

Http::~Http() = default;

base::Millis Http::submit_timeout(Call const& call) const {
    constexpr base::Millis usual{600'000};
    auto const own = options_.timeout ? options_.timeout : options_.account.dialect.submit.timeout;
    auto const most = call.timeout.count() > 0 ? call.timeout : usual;
    return std::min(own.value_or(most), most);
}

asio::awaitable<std::expected<Files, NotOpened>> Http::open_files(dialect::Request const& request,
                                                                  Values const& values) {
    auto const names = files_of(request, values);
    if (!names) {
        co_return std::unexpected{NotOpened{.message = names.error()}};
    }
    if (!inputs_ && !names->empty()) {
        inputs_ = std::make_unique<asio::thread_pool>(inputs_at_once);
    }
    Files files;
    for (auto const& name : *names) {
        if (!options_.open_input) {
            co_return std::unexpected{NotOpened{.message = "no files can be opened here"}};
        }
        auto bytes = co_await asio::co_spawn(*inputs_, open_there(options_.open_input, name),
                                             asio::use_awaitable);
        if (!bytes) {
            co_return std::unexpected{bytes.error()};
        }
        files[name] = std::move(*bytes);
    }
    co_return files;
}

asio::awaitable<Http::Replied> Http::ask(dialect::Request const& request, Values const& values,
                                         base::Millis timeout, bool is_submit) {
    auto files = co_await open_files(request, values);
    if (!files) {
        co_return std::unexpected{unopened_error(std::move(files.error()))};
    }
    auto made = co_await aside(*files_, size_of(*files) + values.call.input.size(), [&] {
        return make_request(request, values, *files, is_submit, wall_clock());
    });
    if (!made) {
        co_return std::unexpected{unfilled_error(made.error())};
    }
    made->total_timeout = timeout;
    made->first_byte_timeout = timeout;
    made->connect_timeout =
        std::min(timeout, options_.connect_timeout.value_or(made->connect_timeout));
    made->max_size = options_.max_size;
    std::optional<Joiner> joiner;
    WebAnswer collected;
    if (is_submit && options_.account.dialect.stream.kind != dialect::StreamKind::none) {
        made->on_body = [&](WebAnswer const& head, std::string_view piece) {
            if (head.status / 100 != 2 || !head.header("content-type").contains("event-stream")) {
                collected.body += piece;
                return true;
            }
            if (!joiner) {
                joiner.emplace(options_.account.dialect.stream, options_.max_size);
            }
            return joiner->feed(piece);
        };
    }
    auto answer = co_await web_->ask(*made);
    if (answer && !collected.body.empty()) {
        answer->body = std::move(collected.body);
    }
    if (options_.observe) {
        options_.observe(*made, answer);
    }
    if (!answer) {
        co_return std::unexpected{answer.error()};
    }
    auto const size = answer->body.size();
    Reply reply{.heard = co_await aside(*files_, size, [&] { return heard(std::move(*answer)); })};
    if (joiner) {
        reply.cut = !joiner->finish();
        reply.too_large = joiner->too_large();
        reply.failed = joiner->failed();
        reply.heard.body = joiner->whole();
        reply.streamed = joiner->bytes();
    }
    co_return reply;
}

asio::awaitable<std::optional<Verdict>> Http::prepare(Values& values, base::Millis timeout) {
    auto const& request = *options_.account.dialect.prepare;
    auto reply = co_await ask(request, values, timeout, false);
    if (!reply) {
        co_return reply.error().code == "unfilled" ? unfilled(reply.error().message, values)
                                                   : unsent(reply.error());
    }
    if (!succeeded(request, reply->heard, values)) {
        auto refusal = refusal_in(reply->heard, values, During::submit, wall_clock());
        bool const open = refusal.as == As::unknown || refusal.as == As::taken;
        refusal.as = open ? As::moment : refusal.as;  // nothing is paid for yet
        co_return not_taken(refusal, reply->heard);
    }
    values.prepared = std::move(reply->heard.body);
    co_return std::nullopt;
}

asio::awaitable<Submitted> Http::submit(Call call) {
    auto values = values_of(options_.account, call);
    auto const timeout = submit_timeout(call);
    if (options_.account.dialect.prepare) {
        if (auto refused = co_await prepare(values, timeout)) {
            co_return Submitted{.task = {}, .verdict = std::move(*refused)};
        }
    }
    auto reply = co_await ask(options_.account.dialect.submit, values, timeout, true);
    if (reply) {
        co_return co_await read_submitted(values, std::move(*reply));
    }
    auto const& error = reply.error();
    if (error.code == "unfilled") {
        co_return Submitted{.task = {}, .verdict = unfilled(error.message, values)};
    }
    if (error.code == "too_large") {
        co_return Submitted{
            .task = {},
            .verdict = {.fate = Fate::failed_final, .code = "too_large", .message = error.message}};
    }
    if (error.written) {
        co_return Submitted{.task = {},
                            .verdict = {.fate = Fate::unknown, .message = error.message}};
    }
    co_return Submitted{.task = {}, .verdict = unsent(error)};
}

asio::awaitable<Submitted> Http::read_submitted(Values& values, Reply reply) {
    auto const& dialect = options_.account.dialect;
    auto const request_id = one_line(text_at(dialect.request_id, reply.heard).value_or(""), 128);
    auto const without_task = [&](Verdict verdict) {
        verdict.request_id = request_id;
        return Submitted{.task = {}, .verdict = std::move(verdict)};
    };
    if (reply.too_large) {
        co_return without_task({.fate = Fate::failed_final,
                                .code = "too_large",
                                .message = "its answer is too large"});
    }
    if (reply.failed) {
        co_return without_task(
            failed(refusal_in(reply.heard, values, During::submit, wall_clock())));
    }
    if (reply.cut) {
        co_return without_task({.fate = Fate::unknown, .message = "its answer was cut"});
    }
    bool const is_json = reply.heard.body.has_value();
    bool const takes_json =
        !dialect.task.empty() || (!dialect.submit.success.empty() && !makes_bytes(dialect));
    if (reply.heard.is_good() && takes_json && !is_json) {
        co_return without_task(
            {.fate = Fate::unknown, .message = "it was accepted, and the answer can't be read"});
    }
    if (!succeeded(dialect.submit, reply.heard, values)) {
        auto const refusal = refusal_in(reply.heard, values, During::submit, wall_clock());
        if (refusal.as == As::taken) {
            co_return co_await already_taken(values);
        }
        co_return without_task(not_taken(refusal, reply.heard));
    }
    if (dialect.task.empty()) {
        co_return without_task(co_await finish(values, std::move(reply)));
    }
    auto task = task_in(dialect.task, *reply.heard.body);
    if (!task) {
        co_return without_task(
            {.fate = Fate::unknown, .message = "it was accepted, and the answer names no task"});
    }
    Submitted submitted{.task = std::move(*task), .verdict = {.fate = Fate::running}};
    submitted.verdict.request_id = request_id;
    submitted.verdict.ask_again = pace_.first();
    co_return submitted;
}

// What we have named ourselves is there already: an earlier try of ours was taken.
asio::awaitable<Submitted> Http::already_taken(Values& values) {
    auto const& dialect = options_.account.dialect;
    if (dialect.lookup) {
        co_return co_await look_up(values.call);
    }
    if (dialect.task.empty() && dialect.client_key.where == dialect::KeyWhere::body) {
        Reply reply;
        reply.heard.body = object_json();
        co_return Submitted{.task = {}, .verdict = co_await finish(values, std::move(reply))};
    }
    co_return Submitted{.task = {},
                        .verdict = {.fate = Fate::unknown,
                                    .message = "the provider says that it has this already"}};
}

// From an answer that says it is done to a verdict with all that was made.
asio::awaitable<Verdict> Http::finish(Values values, Reply reply) {
    auto const& dialect = options_.account.dialect;
    bool const has_task = !values.task.empty();
    values.answer = reply.heard.body ? &*reply.heard.body : nullptr;
    auto const* last = &reply.heard;
    Replied second;
    if (dialect.result.request) {
        constexpr base::Millis usual{60'000};
        second = co_await ask(*dialect.result.request, values,
                              dialect.result.request->timeout.value_or(usual), false);
        if (!second || !succeeded(*dialect.result.request, second->heard, values)) {
            auto why = second
                           ? refusal_in(second->heard, values, During::poll, wall_clock()).message
                           : second.error().message;
            if (has_task) {
                co_return unseen(values.task, "its result can't be asked for: " + why);
            }
            co_return Verdict{.fate = Fate::failed_final,
                              .code = "result_lost",
                              .message = "its result can't be asked for: " + why};
        }
        last = &second->heard;
    }
    auto url = fill_url(dialect.submit.url, values);
    Product const product{.heard = *last,
                          .streamed = &reply.streamed,
                          .proof = proof(values, wall_clock()).value_or(WebHeaders{}),
                          .origin = origin_of(url.value_or(""))};
    auto const size = last->answer.body.size() + reply.streamed.size();
    auto taken = co_await aside(
        *files_, size, [&] { return take(product, values, options_.prices, wall_clock()); });
    std::string why;
    if (taken) {
        auto const kept = co_await keep_files(values, *taken);
        why = kept ? "" : kept.error();
    } else {
        why = taken.error();
    }
    if (why.empty()) {
        co_return std::move(taken->verdict);
    }
    constexpr int patience = 5;  // an answer may come before what it speaks of
    if (has_task && pace_.empty(values.task) < patience) {
        co_return unseen(values.task, why);
    }
    auto const refusal = refusal_in(*last, values, During::task, wall_clock());
    if (!taken && refusal.listed) {
        co_return failed(refusal);
    }
    co_return Verdict{.fate = Fate::failed_final, .code = "bad_answer", .message = why};
}

asio::awaitable<std::expected<void, std::string>> Http::keep_files(Values const& values,
                                                                   Taken const& taken) {
    if (taken.files.empty()) {
        co_return std::expected<void, std::string>{};
    }
    co_return co_await asio::co_spawn(*files_, write_there(values.call.result_dir, taken.files),
                                      asio::use_awaitable);
}

}  // namespace adapters::providers::http
