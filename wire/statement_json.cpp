#include "wire/statement_json.h"

#include <iterator>

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include "wire/json.h"

namespace wire {

namespace {

namespace json = boost::json;

std::string cell(std::string_view text) {
    std::string plain;
    for (char const c : text) {
        plain += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? ' ' : c;
    }
    if (!plain.empty() && std::string_view("=+-@").contains(plain.front())) {
        plain.insert(0, "'");
    }
    if (plain.find_first_of(",\"'") == std::string::npos) {
        return plain;
    }
    std::string quoted = "\"";
    for (char const c : plain) {
        quoted += c == '"' ? "\"\"" : std::string(1, c);
    }
    return quoted + "\"";
}

json::object frame(ledger::Statement const& statement) {
    return {{"user_id", statement.user},
            {"from", base::to_ms(statement.from)},
            {"to", base::to_ms(statement.to)},
            {"opening", statement.opening.value}};
}

}  // namespace

json::object statement_json(ledger::Statement const& statement) {
    auto out = frame(statement);
    json::array lines;
    for (auto const& entry : statement.entries) {
        lines.push_back(entry_json(entry));
    }
    out["lines"] = std::move(lines);
    out["closing"] = statement.closing.value;
    return out;
}

json::object statement_json(ledger::Statement const& statement, ledger::By by,
                            std::vector<ledger::Group> const& groups) {
    auto out = frame(statement);
    out["by"] = ledger::to_text(by);
    json::array list;
    for (auto const& group : groups) {
        list.push_back(json::object{{ledger::to_text(by), group.name},
                                    {"entries", group.entries},
                                    {"in", group.in.value},
                                    {"out", group.out.value},
                                    {"balance", group.balance.value}});
    }
    out["groups"] = std::move(list);
    out["closing"] = statement.closing.value;
    return out;
}

std::string statement_csv(ledger::Statement const& statement) {
    std::string text = "time,entry,kind,amount,balance,job,reference,note\r\n";
    auto const to = std::back_inserter(text);
    fmt::format_to(to, "{},,opening,,{},,,\r\n", base::to_text(statement.from),
                   statement.opening.value);
    for (auto const& entry : statement.entries) {
        fmt::format_to(to, "{},{},{},{},{},{},{},{}\r\n", base::to_text(entry.effective_at),
                       ledger::public_id(entry.account, entry.seq), ledger::to_text(entry.kind),
                       entry.amount.value, entry.balance_after.value,
                       entry.job ? base::to_text(entry.job) : "", cell(entry.reference),
                       cell(entry.note));
    }
    fmt::format_to(to, "{},,closing,,{},,,\r\n", base::to_text(statement.to),
                   statement.closing.value);
    return text;
}

std::string statement_csv(ledger::Statement const& statement, ledger::By by,
                          std::vector<ledger::Group> const& groups) {
    auto text = fmt::format("{},entries,in,out,balance\r\nopening,,,,{}\r\n", ledger::to_text(by),
                            statement.opening.value);
    for (auto const& group : groups) {
        fmt::format_to(std::back_inserter(text), "{},{},{},{},{}\r\n", cell(group.name),
                       group.entries, group.in.value, group.out.value, group.balance.value);
    }
    return text + fmt::format("closing,,,,{}\r\n", statement.closing.value);
}

}  // namespace wire
