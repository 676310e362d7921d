// Two kinds of lines. `business` says who did what with which job for how many credits; `system`
// says how the program fares. Text for people or JSON lines for machines, on standard error. No
// secrets, and nothing for every heartbeat.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "config/settings.h"

namespace worker {

class Log {
public:
    using Value = std::variant<std::int64_t, std::string>;
    using Fields = std::vector<std::pair<std::string_view, Value>>;

    struct Silence {};

    explicit Log(config::Log const& settings);
    explicit Log(Silence silence);
    Log(Log const&) = delete;
    Log& operator=(Log const&) = delete;
    ~Log();

    // A log that writes nothing, for bench and tests.
    static std::unique_ptr<Log> silent();

    void business(std::string_view event, Fields const& fields);
    void debug(std::string_view component, std::string_view message, Fields const& fields = {});
    void info(std::string_view component, std::string_view message, Fields const& fields = {});
    void warning(std::string_view component, std::string_view message, Fields const& fields = {});
    void error(std::string_view component, std::string_view message, Fields const& fields = {});

    // Whether `debug` lines go anywhere.
    [[nodiscard]] bool tells_debug() const { return tells_debug_; }

    // Whether `business` lines go anywhere, so that nobody prepares fields for nothing.
    [[nodiscard]] bool quiet() const { return quiet_; }

private:
    struct Sinks;

    void system(config::LogLevel level, std::string_view component, std::string_view message,
                Fields const& fields);

    std::unique_ptr<Sinks> sinks_;
    bool quiet_ = false;
    bool tells_debug_ = false;
};

// With the id of the trace that the job belongs to, if it belongs to one: by it lines are found
// among those of all programs that work on the same thing.
Log::Fields traced(Log::Fields fields, std::string_view traceparent);

}  // namespace worker
