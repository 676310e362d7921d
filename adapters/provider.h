// The port to whoever generates: a local program, a simulation, a service far away.
//
// A job is submitted once. What a provider answers is a hint; only `completed`, `failed_final` and
// `failed_retryable` are verdicts. A time-out, a lost connection or an unknown word is `unknown`:
// the charge stays and the worker keeps asking until the service's deadline.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "base/ids.h"
#include "base/time.h"

namespace adapters {

// What a provider is told of a job. `key` is the same for every try of the same charge, for
// providers that take an idempotency key.
struct Call {
    base::JobId job;
    int attempt = 0;
    std::string key;
    std::string user;
    std::string service;
    std::string input;                 // JSON
    std::filesystem::path result_dir;  // where files go; made by the provider when needed
    base::Millis timeout{};            // of one attempt
    std::string trace;                 // W3C traceparent with a span of this attempt; empty: none
};

enum class Fate : std::uint8_t {
    running,  // progress: keep asking after `ask_again`
    completed,
    failed_retryable,  // it failed, definitely; another try may succeed
    failed_final,      // it failed, definitely, and would again
    unknown,           // can't be seen now; keep asking
    gone,              // the task no longer exists and left nothing: it may be submitted anew
};

struct Verdict {
    Fate fate = Fate::unknown;
    int progress = -1;                     // percent; -1: nothing new
    std::string note;                      // for people: what it is doing
    std::string result;                    // completed: JSON
    std::optional<base::Millis> duration;  // completed: of the audio or video made
    std::string code;                      // failed: for programs
    std::string message;                   // failed, unknown: for people, one line
    base::Millis ask_again{1000};
};

// Accepted with a task to ask about, or already decided.
struct Submitted {
    std::string task;  // empty: there is none, `verdict` is the answer
    Verdict verdict;
};

class Provider {
public:
    Provider() = default;
    Provider(Provider const&) = delete;
    Provider& operator=(Provider const&) = delete;
    virtual ~Provider() = default;

    // Never throws for what the provider does; that is a verdict.
    virtual boost::asio::awaitable<Submitted> submit(Call call) = 0;

    // Returns when there is something new to say, at the latest after about a second or two. Also
    // how a job is resumed by its stored task, on another worker or after a restart.
    virtual boost::asio::awaitable<Verdict> poll(Call call, std::string task) = 0;

    // Tells the provider to stop, if it can be told. Returns when that is done or has no effect.
    virtual boost::asio::awaitable<void> cancel(Call call, std::string task) = 0;

    // Whether a submit whose answer was lost may be repeated: because it is idempotent by key, or
    // because nothing of it can have survived. If not, such a job is parked for the operator.
    virtual bool resubmit_is_safe() const = 0;

    // Whether its tasks live in this process, so that none of them can be resumed by another. Such
    // a task is stopped before its job is handed back.
    virtual bool tasks_are_local() const { return false; }
};

}  // namespace adapters
