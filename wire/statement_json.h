// Statements as JSON and as comma-separated values.
#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "ledger/statement.h"

namespace wire {

// {"user_id","from","to","opening","lines":[…],"closing"}
boost::json::object statement_json(ledger::Statement const& statement);

// The same with "by" and, in place of the lines,
// "groups":[{DAY|SERVICE|KIND,"entries","in","out","balance"}].
boost::json::object statement_json(ledger::Statement const& statement, ledger::By by,
                                   std::vector<ledger::Group> const& groups);

// RFC 4180, with a line of names, an opening and a closing line. A leading character that a
// spreadsheet takes for a formula is defused.
std::string statement_csv(ledger::Statement const& statement);
std::string statement_csv(ledger::Statement const& statement, ledger::By by,
                          std::vector<ledger::Group> const& groups);

}  // namespace wire
