// Nothing a program prints may harm the worker: each line is bounded, parsed, and taken only in the
// form that is expected.
#include "adapters/providers/lines.h"

#include <algorithm>
#include <cmath>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "adapters/providers/text.h"

namespace adapters::providers {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_note = 200;
constexpr std::size_t longest_message = 2048;
constexpr std::size_t longest_role = 32;
constexpr std::size_t longest_address = 8'192;
constexpr std::size_t most_made = 100;
constexpr double longest_duration_ms = 30.0 * 24 * 3600 * 1000;  // more is not believed

// Null says as much as nothing.
bool has(json::object const& object, std::string_view key) {
    auto const* const value = object.if_contains(key);
    return value != nullptr && !value->is_null();
}

std::string text_of(json::object const& object, std::string_view key, std::size_t longest) {
    auto const* const text = object.if_contains(key);
    if (text == nullptr || !text->is_string()) {
        return {};
    }
    return std::string{beginning(one_line(text->get_string()), longest)};
}

std::optional<double> number_of(json::object const& object, std::string_view key) {
    auto const* const value = object.if_contains(key);
    if (value == nullptr || !value->is_number()) {
        return std::nullopt;
    }
    return value->to_number<double>();
}

std::string code_of(json::object const& error) {
    auto const code = text_of(error, "code", 64);
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789_.-";
    return code.find_first_not_of(allowed) == std::string::npos ? code : "";
}

SaidError error_of(json::value const& error) {
    if (error.is_string()) {
        return {.message = std::string{beginning(one_line(error.get_string()), longest_message)}};
    }
    if (!error.is_object()) {
        return {};
    }
    auto const& object = error.get_object();
    SaidError said{.code = code_of(object), .message = text_of(object, "message", longest_message)};
    if (auto const* const retryable = object.if_contains("retryable");
        retryable != nullptr && retryable->is_bool()) {
        said.retryable = retryable->get_bool();
    }
    return said;
}

// Roles are fields of the result, and begin the names of files.
bool is_role(std::string_view text) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789_-";
    return !text.empty() && text.size() <= longest_role &&
           text.find_first_not_of(allowed) == std::string_view::npos;
}

// Whole, for half an address is none.
std::string whole_text_of(json::object const& object, std::string_view key) {
    auto const* const text = object.if_contains(key);
    bool const fits =
        text != nullptr && text->is_string() && text->get_string().size() <= longest_address;
    return fits ? std::string{text->get_string()} : std::string{};
}

std::optional<Made> made_of(json::value const& item) {
    auto const* const object = item.if_object();
    if (object == nullptr) {
        return std::nullopt;
    }
    Made made{.role = whole_text_of(*object, "role"),
              .url = whole_text_of(*object, "url"),
              .file = whole_text_of(*object, "file"),
              .type = whole_text_of(*object, "type")};
    auto const* const headers = object->if_contains("headers");
    if (headers != nullptr && headers->is_object()) {
        for (auto const& [name, value] : headers->get_object()) {
            if (value.is_string()) {
                made.headers.emplace_back(name, value.get_string());
            }
        }
    }
    return is_role(made.role) && made.url.empty() != made.file.empty() ? std::optional{made}
                                                                       : std::nullopt;
}

// Nothing where any of it can't be understood: what is not fetched is lost.
std::optional<std::vector<Made>> all_made(json::object const& line) {
    std::vector<Made> all;
    if (!has(line, "made")) {
        return all;
    }
    auto const* const list = line.at("made").if_array();
    if (list == nullptr || list->size() > most_made) {
        return std::nullopt;
    }
    for (auto const& item : *list) {
        auto made = made_of(item);
        if (!made) {
            return std::nullopt;
        }
        all.push_back(std::move(*made));
    }
    return all;
}

// Nothing if its duration is none: a bill must not rest on it.
std::optional<SaidResult> result_of(json::object const& line) {
    auto made = all_made(line);
    if (!made) {
        return std::nullopt;
    }
    SaidResult said{.json = json::serialize(line.at("result")), .made = std::move(*made)};
    if (!has(line, "duration_ms")) {
        return said;
    }
    auto const duration = number_of(line, "duration_ms");
    if (!duration || !(*duration >= 0 && *duration <= longest_duration_ms)) {
        return std::nullopt;
    }
    said.duration = base::Millis{std::llround(*duration)};
    return said;
}

void take_progress(json::object const& line, Said& said) {
    auto const progress = number_of(line, "progress");
    if (!progress && !has(line, "note")) {
        return;
    }
    if (progress) {
        said.progress = static_cast<int>(std::clamp(*progress, 0.0, 100.0));
    }
    if (has(line, "note")) {
        said.note = text_of(line, "note", longest_note);
    }
    ++said.updates;
}

void take_result(json::object const& line, Said& said) {
    said.result = result_of(line);
    said.broken_result = !said.result;
    said.error.reset();
}

void take_error(json::object const& line, Said& said) {
    said.error = error_of(line.at("error"));
    said.result.reset();
    said.broken_result = false;
}

// Whether an unreadable line was meant to be the program's last word.
bool looks_like_an_end(std::string_view line) {
    line.remove_prefix(1);
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    return line.starts_with(R"("result")") || line.starts_with(R"("error")");
}

}  // namespace

bool Lines::take(std::string_view bytes) {
    while (!bytes.empty()) {
        auto const end = bytes.find('\n');
        auto const part = bytes.substr(0, end);
        if (begun_.size() + part.size() > longest_) {
            begun_.clear();
            return false;
        }
        begun_.append(part);
        if (end == std::string_view::npos) {
            return true;
        }
        understand(begun_);
        begun_.clear();
        bytes.remove_prefix(end + 1);
    }
    return true;
}

void Lines::finish() {
    understand(begun_);
    begun_.clear();
}

void Lines::understand(std::string_view line) {
    auto const first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos || line[first] != '{') {
        return;
    }
    line.remove_prefix(first);
    boost::system::error_code mistake;
    auto const value = json::parse(line, mistake);
    if (mistake) {
        // A result cut short or damaged must not pass for a program that had nothing to say.
        if (looks_like_an_end(line)) {
            said_.result.reset();
            said_.error.reset();
            said_.broken_result = true;
        }
        return;
    }
    auto const& object = value.get_object();
    take_progress(object, said_);
    if (has(object, "result")) {
        take_result(object, said_);
    }
    if (has(object, "error")) {
        take_error(object, said_);
    }
}

}  // namespace adapters::providers
