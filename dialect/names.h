// What stands in the double braces of a dialect: "{{base_url}}/v1/tasks/{{task}}".
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "dialect/pointer.h"

namespace dialect {

// Where a value comes from.
enum class Source : std::uint8_t {
    variable,    // of the dialect, perhaps set by the provider's settings; or one of its `let`
    input,       // input.voice, input.audio.url: of the job
    job,         // job.key, job.id, job.user, job.service, job.attempt, job.seed, job.hint_url
    key,         // the secret that proves who we are
    secret,      // the second one, where there are two
    task,        // the provider's own name for the task
    client_key,  // our name for it, as `client_key` forms it
    page,        // of a look-up through a list
    answer,      // answer:/file_id: of the answer before
    prepared,    // prepared:/file/file_id: of the answer to `prepare`
};

struct Name {
    Source source = Source::variable;
    std::string text;                // as written
    std::vector<std::string> steps;  // input: its fields; job: which; answer, prepared: a pointer

    friend bool operator==(Name const&, Name const&) = default;
};

// A piece of text, or something to be inserted.
struct Piece {
    std::string text;  // of a name: what stands there where it has no value
    bool is_name = false;
    bool optional = false;  // a name: there is such a text, "{{input.voice|alloy}}"
    Name name;
};

struct Template {
    std::string written;
    std::vector<Piece> pieces;

    // Nothing but one insertion: its value keeps its type.
    [[nodiscard]] bool is_lone() const { return pieces.size() == 1 && pieces.front().is_name; }
};

// The error says what is wrong with it. Whether there is such a variable is not looked at.
std::expected<Name, std::string> parse_name(std::string_view text);
std::expected<Template, std::string> parse_template(std::string_view text);

}  // namespace dialect
