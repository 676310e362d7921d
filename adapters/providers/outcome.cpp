// The cases go from the surest to the vaguest: stopped by us, its own word, its exit.
#include "adapters/providers/outcome.h"

#include <algorithm>

#include <fmt/format.h>

#include "adapters/providers/text.h"

namespace adapters::providers {

namespace {

Verdict failed(bool retryable, std::string code, std::string message) {
    return {.fate = retryable ? Fate::failed_retryable : Fate::failed_final,
            .code = std::move(code),
            .message = std::move(message)};
}

std::string with_errors(std::string message, std::string_view errors) {
    auto const line = one_line(errors);
    return line.empty() ? message : fmt::format("{}: {}", message, line);
}

Verdict when_stopped(Stopped stopped) {
    switch (stopped) {
        case Stopped::no:
            break;
        case Stopped::timeout:
            return failed(true, "timeout", "the program took longer than its time limit");
        case Stopped::output_too_large:
            return failed(false, "output_too_large",
                          "the program wrote more output, or a longer line, than is allowed");
        case Stopped::cancelled:
            return {.fate = Fate::gone, .message = "the program was told to stop"};
    }
    return {};
}

bool listed(std::vector<int> const& codes, int code) {
    return std::ranges::find(codes, code) != codes.end();
}

bool exit_allows_retry(Exit exit, CommandOptions const& options) {
    return exit.signal != 0 || !listed(options.final_codes, exit.code) ||
           listed(options.retry_codes, exit.code);
}

Verdict when_error_said(SaidError const& error, Exit exit, std::string_view errors,
                        CommandOptions const& options) {
    auto message = error.message.empty() ? with_errors("the program reported an error", errors)
                                         : error.message;
    return failed(error.retryable.value_or(exit_allows_retry(exit, options)),
                  error.code.empty() ? "provider_failed" : error.code, std::move(message));
}

Verdict when_exit_failed(Exit exit, std::string_view errors, CommandOptions const& options) {
    auto const how = exit.signal != 0 ? fmt::format("killed by signal {}", exit.signal)
                                      : fmt::format("exit code {}", exit.code);
    return failed(exit_allows_retry(exit, options), "provider_failed", with_errors(how, errors));
}

}  // namespace

Verdict outcome(Stopped stopped, Said const& said, Exit exit, std::string_view errors,
                CommandOptions const& options) {
    if (stopped != Stopped::no) {
        return when_stopped(stopped);
    }
    if (said.error) {
        return when_error_said(*said.error, exit, errors, options);
    }
    if (exit.signal != 0 || exit.code != 0) {
        return when_exit_failed(exit, errors, options);
    }
    if (said.broken_result) {
        return failed(true, "bad_output", "the program's result can't be read");
    }
    Verdict done{.fate = Fate::completed, .progress = 100, .note = said.note, .result = "{}"};
    if (said.result) {
        done.result = said.result->json;
        done.duration = said.result->duration;
        done.made = said.result->made;
    }
    return done;
}

}  // namespace adapters::providers
