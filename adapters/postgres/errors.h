// PostgreSQL's errors in plain words, and what each means for the transaction.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace adapters::postgres {

// The transaction has lost against another one and left nothing behind: run it again.
struct Repeat : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// The connection is gone. What was sent last may or may not have been done.
struct Broken : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// There is no partition for a row yet.
struct NoRoom : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Calls `use`, and throws what libpqxx throws as Repeat, Broken, NoRoom, Unavailable or Unusable.
// `where` names the store, without a password.
void refuse(std::string_view sqlstate, std::string const& message, std::string const& where);

// "ERROR:  out of memory\nDETAIL: …" -> "out of memory".
std::string first_line(std::string_view message);

}  // namespace adapters::postgres
