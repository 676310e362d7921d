// The port to whoever generates: a local program, a simulation, a service far away.
//
// A job is submitted once. What a provider answers is a hint; only `completed`, `failed_final` and
// `failed_retryable` are verdicts. A time-out, a lost connection or an unknown word is `unknown`:
// the charge stays and the worker keeps asking until the service's deadline.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/ids.h"
#include "base/time.h"

namespace adapters {

// What a provider is told of a job. `key` is the same for every try of the same charge until one
// has definitely failed, for providers that take an idempotency key.
struct Call {
    base::JobId job;
    int attempt = 0;
    std::string key;
    std::string user;
    std::string service;
    std::string model;                 // where the route names one
    std::string input;                 // JSON
    std::filesystem::path result_dir;  // where files go; made by the provider when needed
    base::Millis timeout{};            // of one attempt
    std::string trace;                 // W3C traceparent with a span of this attempt; empty: none
    std::string hint_url;              // where the provider may say that there is news; empty: none
    base::Timestamp since{};           // nothing of this job was begun before; the epoch: not known
};

enum class Fate : std::uint8_t {
    running,  // progress: keep asking after `ask_again`
    completed,
    not_taken,  // of a submit: proven that nothing was begun; this one again after `ask_again`, or
                // another provider at once
    failed_retryable,  // it failed, definitely; another try may succeed
    failed_final,      // it failed, definitely, and would again
    unknown,           // can't be seen now; keep asking
    gone,              // it knows no such task: a local one left nothing and is begun anew, about
                       // another one somebody has to decide
};

// Whose fault it is that a provider did not take a job or failed it.
enum class Blame : std::uint8_t {
    job,       // its input; any provider would say so
    moment,    // too many requests, an outage: it passes
    provider,  // our key, our balance, a model that isn't open: nothing goes until somebody acts
    content,   // moderation, of what was asked for or of what was made: final
};

// What was made and is to be fetched and kept before it is gone, or lies in the result folder.
struct Made {
    std::string role;  // "audio", "video", "image", "text", "subtitles": the field of the result
    std::string url;   // empty: `file`
    std::vector<std::pair<std::string, std::string>> headers;  // that fetching it takes
    std::string file;                                          // its name in the result folder
    std::string type;  // its media type or format, as it was asked for; a hint
};

// What the provider takes for it, as far as it says so or the configuration tells.
struct Cost {
    std::int64_t micros = 0;  // millionths of the currency
    std::string currency;     // "CNY", "USD", or a unit of the provider's own, "credits"

    friend bool operator==(Cost const&, Cost const&) = default;
};

struct Verdict {
    Fate fate = Fate::unknown;
    Blame blame = Blame::moment;           // not_taken and failed
    int progress = -1;                     // percent; -1: nothing new
    std::string note;                      // for people: what it is doing
    std::string result;                    // completed: JSON
    std::optional<base::Millis> duration;  // completed: of the audio or video made
    std::string code;                      // failed: for programs
    std::string message;                   // failed, unknown: for people, one line
    base::Millis ask_again{1000};
    std::vector<Made> made;    // completed
    std::optional<Cost> cost;  // of this call, whatever came of it
    std::string usage;         // JSON: tokens, characters, seconds as the provider counts
    std::string request_id;    // the provider's own, for its support
    std::string word;          // the provider's own word for the state of the task
};

// Accepted with a task to ask about, or already decided.
struct Submitted {
    std::string task;  // empty: there is none, `verdict` is the answer
    Verdict verdict;
};

// What is done about a submit whose answer was lost, so that it may or may not have been taken.
enum class Doubt : std::uint8_t {
    resubmit,       // it is idempotent by key, or nothing of it can have survived
    look_up,        // the provider can be asked by key, or for what it has lately begun
    resubmit_once,  // cheap enough to be paid for twice; once
    park,           // wait for the operator or the deadline, with the charge kept
    refund,         // fail it and give the credits back; the operator bears what it cost
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

    virtual Doubt in_doubt() const = 0;

    // Where in_doubt() is look_up: the task of this call's key, if there is one. Fate::not_taken:
    // proven that there is none; Fate::unknown: it can't be told yet, ask again.
    virtual boost::asio::awaitable<Submitted> look_up(Call /*call*/) { co_return Submitted{}; }

    // For how long after the submit the provider still knows a task; what it says of one after that
    // is no verdict. Zero: for ever.
    virtual base::Millis retention() const { return {}; }

    // Whether its tasks live in this process, so that none of them can be resumed by another. Such
    // a task is stopped before its job is handed back.
    virtual bool tasks_are_local() const { return false; }
};

}  // namespace adapters
