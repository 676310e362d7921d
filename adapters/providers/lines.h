// What a program says on standard output, a JSON object a line:
//   {"progress": 40, "note": "rendering"}
//   {"result": {…}, "duration_ms": 1234, "made": [{"role": "audio", "url": "https://…"}]}
//   {"error": {"code": "bad_voice", "message": "no such voice", "retryable": false}}
// Of result and error the last one counts. Other lines mean nothing, so a program may print.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/provider.h"
#include "base/time.h"

namespace adapters::providers {

struct SaidResult {
    std::string json;
    std::optional<base::Millis> duration;
    std::vector<Made> made;
};

struct SaidError {
    std::string code;  // empty: none that is fit for programs
    std::string message;
    std::optional<bool> retryable;
};

struct Said {
    int progress = -1;  // percent; -1: nothing yet
    std::string note;
    int updates = 0;  // how often progress or note was said
    std::optional<SaidResult> result;
    std::optional<SaidError> error;
    bool broken_result = false;  // a result was said last and can't be read
};

class Lines {
public:
    explicit Lines(std::size_t longest) : longest_{longest} {}

    // False: a line is longer than allowed, and what was said is not to be relied on.
    bool take(std::string_view bytes);

    // No more will come: what follows the last newline is a line as well.
    void finish();

    Said const& said() const { return said_; }

private:
    void understand(std::string_view line);

    std::size_t longest_;
    std::string begun_;  // a line whose end has not come yet
    Said said_;
};

}  // namespace adapters::providers
