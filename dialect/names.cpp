#include "dialect/names.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace dialect {

namespace {

using Problem = std::unexpected<std::string>;

constexpr std::array<std::string_view, 8> job_words{"key",     "id",   "user",     "service",
                                                    "attempt", "seed", "hint_url", "trace"};

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) {
        text.remove_prefix(1);
    }
    while (text.ends_with(' ')) {
        text.remove_suffix(1);
    }
    return text;
}

bool is_word(std::string_view text) {
    auto const allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    };
    return !text.empty() && std::ranges::all_of(text, allowed);
}

std::optional<std::vector<std::string>> words_of(std::string_view text) {
    std::vector<std::string> words;
    while (true) {
        auto const word = text.substr(0, text.find('.'));
        if (!is_word(word)) {
            return std::nullopt;
        }
        words.emplace_back(word);
        if (word.size() == text.size()) {
            return words;
        }
        text.remove_prefix(word.size() + 1);
    }
}

std::expected<Name, std::string> name_in_answer(Name name, std::string_view pointer) {
    auto parsed = parse_pointer(pointer);
    if (!parsed || pointer.empty()) {
        return Problem{"expected a JSON pointer after the colon, as in `answer:/file_id`"};
    }
    name.steps = std::move(parsed->steps);
    return name;
}

std::expected<Name, std::string> name_of_words(Name name, std::vector<std::string> words) {
    constexpr std::array<std::pair<std::string_view, Source>, 5> lone{
        {{"key", Source::key},
         {"secret", Source::secret},
         {"task", Source::task},
         {"client_key", Source::client_key},
         {"page", Source::page}}};
    if (words.front() == "input" && words.size() > 1) {
        name.source = Source::input;
        name.steps.assign(words.begin() + 1, words.end());
        return name;
    }
    if (words.front() == "job" && words.size() == 2) {
        name.source = Source::job;
        name.steps = {words[1]};
        if (std::ranges::find(job_words, words[1]) == job_words.end()) {
            return Problem{"a job has key, id, user, service, attempt, seed, trace and hint_url"};
        }
        return name;
    }
    if (words.size() > 1 || words.front() == "input" || words.front() == "job") {
        return Problem{"expected a variable, input.FIELD, job.FIELD, task, answer:/POINTER …"};
    }
    auto const found =
        std::ranges::find(lone, words.front(), [](auto const& one) { return one.first; });
    name.source = found == lone.end() ? Source::variable : found->second;
    return name;
}

}  // namespace

std::expected<Name, std::string> parse_name(std::string_view text) {
    text = trimmed(text);
    Name name{.text = std::string{text}};
    for (auto const& [prefix, source] : {std::pair{std::string_view{"answer:"}, Source::answer},
                                         {"prepared:", Source::prepared}}) {
        if (text.starts_with(prefix)) {
            name.source = source;
            return name_in_answer(std::move(name), text.substr(prefix.size()));
        }
    }
    auto words = words_of(text);
    if (!words) {
        return Problem{"not a name: letters, digits, `_` and `-`, with dots between"};
    }
    return name_of_words(std::move(name), std::move(*words));
}

std::expected<Template, std::string> parse_template(std::string_view text) {
    Template parsed{.written = std::string{text}, .pieces = {}};
    while (!text.empty()) {
        auto const begin = text.find("{{");
        if (begin != 0) {
            auto const plain = text.substr(0, begin);
            parsed.pieces.push_back({.text = std::string{plain}, .name = {}});
            text.remove_prefix(plain.size());
            continue;
        }
        auto const end = text.find("}}");
        if (end == std::string_view::npos) {
            return Problem{"`{{` without `}}`"};
        }
        auto const inside = text.substr(2, end - 2);
        auto const bar = inside.find('|');
        auto name = parse_name(inside.substr(0, bar));
        if (!name) {
            return Problem{std::move(name.error())};
        }
        Piece piece{.is_name = true, .name = std::move(*name)};
        if (bar != std::string_view::npos) {
            piece.optional = true;
            piece.text = trimmed(inside.substr(bar + 1));
        }
        parsed.pieces.push_back(std::move(piece));
        text.remove_prefix(end + 2);
    }
    return parsed;
}

}  // namespace dialect
