#include "ledger/standing.h"

#include <array>

namespace ledger {

namespace {

constexpr std::string_view marks = "%;=,";
constexpr std::string_view digits = "0123456789abcdef";

std::string escaped(std::string_view text) {
    std::string out;
    for (char const c : text) {
        if (marks.find(c) == std::string_view::npos) {
            out += c;
            continue;
        }
        auto const byte = static_cast<unsigned char>(c);
        out += '%';
        out += digits[byte >> 4U];
        out += digits[byte & 15U];
    }
    return out;
}

std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%' || at + 2 >= text.size()) {
            out += text[at];
            continue;
        }
        auto const high = digits.find(text[at + 1]);
        auto const low = digits.find(text[at + 2]);
        out += static_cast<char>((high << 4U | low) & 0xffU);
        at += 2;
    }
    return out;
}

// The part before the mark; `rest` is moved behind it.
std::string_view cut(std::string_view& rest, char mark) {
    auto const at = rest.find(mark);
    auto const part = rest.substr(0, at);
    rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
    return part;
}

void put(std::string& line, std::string_view name, std::string_view value) {
    line += line.empty() ? "" : ";";
    line += name;
    line += '=';
    line += value;
}

std::string text_of(Stop const& stop) {
    auto const until = stop.until ? base::to_ms(*stop.until) : 0;
    return std::to_string(base::to_ms(stop.since)) + ',' + std::to_string(until) + ',' +
           escaped(stop.by) + ',' + escaped(stop.reason);
}

std::optional<base::Timestamp> time_in(std::string_view text) {
    auto const ms = base::parse_integer(text);
    return ms && *ms != 0 ? std::optional{base::from_ms(*ms)} : std::nullopt;
}

Stop stop_in(std::string_view text) {
    Stop stop;
    stop.since = time_in(cut(text, ',')).value_or(base::Timestamp{});
    stop.until = time_in(cut(text, ','));
    stop.by = unescaped(cut(text, ','));
    stop.reason = unescaped(text);
    return stop;
}

struct CapField {
    std::string_view name;
    std::optional<base::Credits> Caps::* cap;
};

constexpr std::array cap_fields{CapField{"job", &Caps::job}, CapField{"daily", &Caps::daily},
                                CapField{"monthly", &Caps::monthly}};

// "7+8:100": so much of what was drawn from these grants.
std::string text_of(WrittenOff const& what) {
    std::string text;
    for (auto const grant : what.grants) {
        text += (text.empty() ? "" : "+") + std::to_string(grant);
    }
    return text + ':' + std::to_string(what.amount.value);
}

std::vector<WrittenOff> written_off_in(std::string_view text) {
    std::vector<WrittenOff> list;
    while (!text.empty()) {
        auto amount = cut(text, ',');
        auto grants = cut(amount, ':');
        WrittenOff what{.grants = {}, .amount = {base::parse_integer(amount).value_or(0)}};
        while (!grants.empty()) {
            what.grants.push_back(base::parse_integer(cut(grants, '+')).value_or(0));
        }
        list.push_back(std::move(what));
    }
    return list;
}

void read(Standing& standing, std::string_view name, std::string_view value) {
    if (name == "freeze") {
        standing.freeze = stop_in(value);
    } else if (name == "brake") {
        standing.brake = stop_in(value);
    } else if (name == "lifted") {
        standing.brake_lifted_at = time_in(value);
    } else if (name == "written_off") {
        standing.written_off = written_off_in(value);
    }
    for (auto const& field : cap_fields) {
        auto const number = base::parse_integer(value);
        if (field.name == name && number) {
            standing.caps.*field.cap = base::Credits{*number};
        }
    }
}

}  // namespace

bool braked(Standing const& standing, base::Timestamp now) {
    return standing.brake && (!standing.brake->until || now < *standing.brake->until);
}

std::string line_of(Standing const& standing) {
    std::string line;
    for (auto const& field : cap_fields) {
        if (auto const& cap = standing.caps.*field.cap) {
            put(line, field.name, std::to_string(cap->value));
        }
    }
    if (standing.freeze) {
        put(line, "freeze", text_of(*standing.freeze));
    }
    if (standing.brake) {
        put(line, "brake", text_of(*standing.brake));
    }
    if (standing.brake_lifted_at) {
        put(line, "lifted", std::to_string(base::to_ms(*standing.brake_lifted_at)));
    }
    std::string written_off;
    for (auto const& what : standing.written_off) {
        written_off += (written_off.empty() ? "" : ",") + text_of(what);
    }
    if (!written_off.empty()) {
        put(line, "written_off", written_off);
    }
    return line;
}

Standing parse_standing(std::string_view line) {
    Standing standing;
    while (!line.empty()) {
        auto value = cut(line, ';');
        auto const name = cut(value, '=');
        read(standing, name, value);
    }
    return standing;
}

}  // namespace ledger
