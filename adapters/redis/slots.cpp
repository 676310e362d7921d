#include "adapters/redis/slots.h"

#include <algorithm>
#include <charconv>

namespace adapters::redis {

namespace {

// CRC-16/XMODEM, as the specification of Redis Cluster has it.
constexpr unsigned crc16(std::string_view text) {
    unsigned crc = 0;
    for (char const c : text) {
        crc ^= static_cast<unsigned>(static_cast<unsigned char>(c)) << 8U;
        for (int bit = 0; bit < 8; ++bit) {
            crc = ((crc & 0x8000U) != 0 ? (crc << 1U) ^ 0x1021U : crc << 1U) & 0xFFFFU;
        }
    }
    return crc;
}

static_assert(crc16("123456789") == 0x31C3);

std::size_t behind(Args const& args, std::string_view word) {
    return static_cast<std::size_t>(std::ranges::find(args, word) - args.begin()) + 1;
}

// Where the key is among the arguments; zero: there is none.
std::size_t key_at(Args const& args) {
    auto const& name = args.front();
    if (name == "EVAL" || name == "EVALSHA") {
        return 3;
    }
    if (name == "XGROUP" || name == "XINFO") {
        return 2;
    }
    if (name == "XREADGROUP") {
        return behind(args, "STREAMS");
    }
    return name.starts_with('X') ? 1 : 0;
}

bool same(Place const& one, Place const& other) {
    return one.host == other.host && one.port == other.port;
}

}  // namespace

int slot_of(std::string_view key) {
    auto const open = key.find('{');
    if (open != std::string_view::npos) {
        auto const close = key.find('}', open + 1);
        if (close != std::string_view::npos && close > open + 1) {
            key = key.substr(open + 1, close - open - 1);
        }
    }
    return static_cast<int>(crc16(key) % slot_count);
}

std::optional<int> slot_of(Args const& args) {
    auto const at = key_at(args);
    return at == 0 || at >= args.size() ? std::nullopt
                                        : std::optional{slot_of(std::string_view{args[at]})};
}

std::optional<Redirect> redirect_of(Reply const& reply, std::string const& host) {
    bool const once = reply.is_error("ASK ");
    if (!once && !reply.is_error("MOVED ")) {
        return std::nullopt;
    }
    std::string_view const rest = std::string_view{reply.text}.substr(once ? 4 : 6);
    auto const slot = rest.substr(0, rest.find(' '));
    auto const blank = slot.size();
    auto const colon = rest.rfind(':');
    Redirect redirect{.once = once};
    auto const [end, code] = std::from_chars(slot.data(), slot.data() + slot.size(), redirect.slot);
    if (code != std::errc{} || end != slot.data() + slot.size() || redirect.slot < 0 ||
        redirect.slot >= slot_count || colon == std::string_view::npos || colon < blank) {
        return std::nullopt;
    }
    redirect.place.host = rest.substr(blank + 1, colon - blank - 1);
    redirect.place.port = rest.substr(colon + 1);
    if (redirect.place.host.empty()) {
        redirect.place.host = host;
    }
    return redirect;
}

Place const* SlotMap::find(int slot) const {
    auto const owner = owners_[static_cast<std::size_t>(slot)];
    return owner < 0 ? nullptr : &places_[static_cast<std::size_t>(owner)];
}

void SlotMap::set(int first, int last, Place const& place) {
    if (first < 0 || last >= slot_count || first > last) {
        return;
    }
    auto found = std::ranges::find_if(places_, [&](auto const& one) { return same(one, place); });
    auto const owner = static_cast<std::int16_t>(found - places_.begin());
    if (found == places_.end()) {
        places_.push_back(place);
    }
    std::fill(owners_.begin() + first, owners_.begin() + last + 1, owner);
}

// A list of: first slot, last slot, [host, port, …] of the master, and of its replicas.
void SlotMap::read(Reply const& slots, std::string const& host) {
    for (auto const& range : slots.items) {
        auto const& master = range.at(2);
        if (master.items.size() < 2) {
            continue;
        }
        Place place{.host = master.at(0).text, .port = std::to_string(master.at(1).integer)};
        if (place.host.empty()) {
            place.host = host;
        }
        set(static_cast<int>(range.at(0).integer), static_cast<int>(range.at(1).integer), place);
    }
}

}  // namespace adapters::redis
