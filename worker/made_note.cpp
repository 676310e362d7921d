#include "worker/made_note.h"

#include <algorithm>

#include <boost/json.hpp>

namespace worker {

namespace {

namespace json = boost::json;
using adapters::Made;
using adapters::Verdict;

constexpr std::string_view mark = "tallyman-made:";
constexpr std::size_t most = 65'536;

std::string text_of(json::object const& object, char const* name) {
    auto const* const found = object.if_contains(name);
    return found != nullptr && found->is_string() ? std::string{found->get_string()} : "";
}

}  // namespace

std::string made_note(Verdict const& verdict) {
    bool const secret =
        std::ranges::any_of(verdict.made, [](Made const& made) { return !made.headers.empty(); });
    if (secret) {
        return "";
    }
    json::array list;
    for (auto const& made : verdict.made) {
        list.push_back(json::object{
            {"role", made.role}, {"url", made.url}, {"file", made.file}, {"type", made.type}});
    }
    json::object whole{{"result", verdict.result}, {"made", std::move(list)}};
    if (verdict.duration) {
        whole["duration_ms"] = verdict.duration->count();
    }
    auto const text = std::string{mark} + json::serialize(whole);
    return text.size() <= most ? text : "";
}

std::optional<Verdict> noted(std::string_view task) {
    if (!task.starts_with(mark)) {
        return std::nullopt;
    }
    json::error_code code;
    auto const whole = json::parse(task.substr(mark.size()), code);
    auto const* const object = code ? nullptr : whole.if_object();
    auto const* const list = object == nullptr ? nullptr : object->if_contains("made");
    if (list == nullptr || !list->is_array()) {
        return std::nullopt;
    }
    Verdict verdict{.fate = adapters::Fate::completed, .result = text_of(*object, "result")};
    if (auto const* const duration = object->if_contains("duration_ms");
        duration != nullptr && duration->is_int64()) {
        verdict.duration = base::Millis{duration->get_int64()};
    }
    for (auto const& item : list->get_array()) {
        if (auto const* const made = item.if_object()) {
            verdict.made.push_back({.role = text_of(*made, "role"),
                                    .url = text_of(*made, "url"),
                                    .file = text_of(*made, "file"),
                                    .type = text_of(*made, "type")});
        }
    }
    return verdict;
}

}  // namespace worker
