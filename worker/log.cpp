// Log lines, by spdlog.
#include "worker/log.h"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "base/time.h"
#include "base/trace.h"
#include "wire/utf8.h"

namespace worker {

namespace {

spdlog::level::level_enum level_of(config::LogLevel level) {
    switch (level) {
        case config::LogLevel::debug:
            return spdlog::level::debug;
        case config::LogLevel::info:
            return spdlog::level::info;
        case config::LogLevel::warning:
            return spdlog::level::warn;
        case config::LogLevel::error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

std::string_view text_of(config::LogLevel level) {
    switch (level) {
        case config::LogLevel::debug:
            return "debug";
        case config::LogLevel::info:
            return "info";
        case config::LogLevel::warning:
            return "warning";
        case config::LogLevel::error:
            return "error";
    }
    return "info";
}

std::string now_text() {
    return base::to_text(
        std::chrono::time_point_cast<base::Millis>(std::chrono::system_clock::now()));
}

// The text with `change` made to each code point. What is not UTF-8 becomes `?`.
template <typename Change>
std::string each_code_point(std::string_view bytes, Change change) {
    std::string text;
    while (!bytes.empty()) {
        auto const rest = bytes;
        auto const code_point = wire::next_code_point(bytes);
        if (!code_point) {
            bytes.remove_prefix(1);
            text += '?';
            continue;
        }
        text += change(*code_point, rest.substr(0, rest.size() - bytes.size()));
    }
    return text;
}

std::string as_utf8(std::string_view bytes) {
    return each_code_point(bytes, [](char32_t, std::string_view same) { return same; });
}

std::string escaped(std::string_view text) {
    return each_code_point(text, [](char32_t code_point, std::string_view same) {
        return wire::printable(code_point)
                   ? std::string{same}
                   : fmt::format("\\u{:04x}", static_cast<std::uint32_t>(code_point));
    });
}

// Values with spaces, quotes or anything that does not show are quoted, so that a line stays one
// line, a user's text can't pretend to be a field, and a terminal does what it is told by nobody.
std::string quoted_if_needed(std::string const& value) {
    auto text = as_utf8(value);
    auto json = escaped(boost::json::serialize(boost::json::string{text}));
    bool const plain = !text.empty() && text.find_first_of(" =") == std::string::npos &&
                       json.find('\\') == std::string::npos;
    return plain ? text : json;
}

std::string text_line(std::string_view head, std::string_view message, Log::Fields const& fields) {
    std::string line = now_text() + " " + std::string{head} + " " + std::string{message};
    for (auto const& [key, value] : fields) {
        line += ' ';
        line += key;
        line += '=';
        line += std::holds_alternative<std::string>(value)
                    ? quoted_if_needed(std::get<std::string>(value))
                    : std::to_string(std::get<std::int64_t>(value));
    }
    return line;
}

void add_fields(boost::json::object& object, Log::Fields const& fields) {
    for (auto const& [key, value] : fields) {
        if (std::holds_alternative<std::string>(value)) {
            object[key] = as_utf8(std::get<std::string>(value));
        } else {
            object[key] = std::get<std::int64_t>(value);
        }
    }
}

}  // namespace

struct Log::Sinks {
    // A shared_ptr because spdlog's loggers own their sinks so.
    spdlog::logger logger{"tallyman", std::make_shared<spdlog::sinks::stderr_sink_mt>()};
    bool json = false;
};

Log::Log(Silence /*unused*/) : quiet_{true} {}

Log::Log(config::Log const& settings) : sinks_{std::make_unique<Sinks>()} {
    sinks_->json = settings.format == config::LogFormat::json;
    sinks_->logger.set_pattern("%v");
    sinks_->logger.set_level(level_of(settings.level));
    sinks_->logger.flush_on(spdlog::level::warn);
    quiet_ = settings.level > config::LogLevel::info;
    tells_debug_ = settings.level == config::LogLevel::debug;
}

Log::Fields traced(Log::Fields fields, std::string_view traceparent) {
    if (auto const id = base::trace_id(traceparent); !id.empty()) {
        fields.emplace_back("trace", std::string{id});
    }
    return fields;
}

Log::~Log() = default;

std::unique_ptr<Log> Log::silent() {
    return std::make_unique<Log>(Silence{});
}

void Log::business(std::string_view event, Fields const& fields) {
    if (quiet_) {
        return;
    }
    if (!sinks_->json) {
        sinks_->logger.info(text_line("business", event, fields));
        return;
    }
    boost::json::object object{{"at", now_text()}, {"kind", "business"}, {"event", event}};
    add_fields(object, fields);
    sinks_->logger.info(boost::json::serialize(object));
}

void Log::system(config::LogLevel level, std::string_view component, std::string_view message,
                 Fields const& fields) {
    if (!sinks_ || !sinks_->logger.should_log(level_of(level))) {
        return;
    }
    if (!sinks_->json) {
        auto const head = std::string{text_of(level)} + " " + std::string{component} + ":";
        sinks_->logger.log(level_of(level), text_line(head, message, fields));
        return;
    }
    boost::json::object object{{"at", now_text()},
                               {"kind", "system"},
                               {"level", text_of(level)},
                               {"component", component},
                               {"message", message}};
    add_fields(object, fields);
    sinks_->logger.log(level_of(level), boost::json::serialize(object));
}

void Log::debug(std::string_view component, std::string_view message, Fields const& fields) {
    system(config::LogLevel::debug, component, message, fields);
}

void Log::info(std::string_view component, std::string_view message, Fields const& fields) {
    system(config::LogLevel::info, component, message, fields);
}

void Log::warning(std::string_view component, std::string_view message, Fields const& fields) {
    system(config::LogLevel::warning, component, message, fields);
}

void Log::error(std::string_view component, std::string_view message, Fields const& fields) {
    system(config::LogLevel::error, component, message, fields);
}

}  // namespace worker
