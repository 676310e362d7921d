#include "worker/audit_state.h"

#include <charconv>
#include <stdexcept>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "worker/key_file.h"

namespace worker {

namespace {

namespace json = boost::json;

constexpr std::int64_t form = 1;
constexpr std::size_t most_bytes = std::size_t{256} << 20U;

[[noreturn]] void refuse(std::filesystem::path const& file, std::string const& why) {
    throw adapters::Unusable{fmt::format("{}: {}", file.string(), why)};
}

base::Hash hash_of(json::value const& value) {
    auto const& text = value.as_string();
    base::Hash hash{};
    if (text.size() != 2 * hash.size()) {
        throw std::invalid_argument{"not a hash"};
    }
    for (std::size_t i = 0; i < hash.size(); ++i) {
        auto const* const digits = text.data() + 2 * i;
        if (std::from_chars(digits, digits + 2, hash[i], 16).ptr != digits + 2) {
            throw std::invalid_argument{"not a hash"};
        }
    }
    return hash;
}

std::string text_of(json::value const& value) {
    return std::string{value.as_string()};
}

json::array findings_json(std::vector<ledger::Finding> const& findings) {
    json::array all;
    for (auto const& finding : findings) {
        all.push_back({{"invariant", finding.invariant},
                       {"account", finding.account},
                       {"job", finding.job.value},
                       {"what", finding.what}});
    }
    return all;
}

ledger::Finding finding_of(json::value const& value) {
    return {.invariant = value.at("invariant").to_number<int>(),
            .account = text_of(value.at("account")),
            .job = {value.at("job").to_number<std::int64_t>()},
            .what = text_of(value.at("what"))};
}

ledger::Seal seal_of(json::value const& value) {
    return {.number = value.at("number").to_number<std::int64_t>(),
            .at = base::from_ms(value.at("at").to_number<std::int64_t>()),
            .accounts = value.at("accounts").to_number<std::int64_t>(),
            .entries = value.at("entries").to_number<std::int64_t>(),
            .root = hash_of(value.at("root")),
            .previous = hash_of(value.at("previous")),
            .key = text_of(value.at("key")),
            .signature = text_of(value.at("signature"))};
}

json::object state_json(AuditState const& state) {
    auto const& audited = state.audited;
    json::object out{{"tallyman_audit", form},
                     {"store", state.store},
                     {"began_at", base::to_ms(state.began_at)},
                     {"spent_ms", state.spent.count()},
                     {"runs", state.runs},
                     {"accounts", audited.accounts},
                     {"entries", audited.entries},
                     {"jobs", audited.jobs},
                     {"findings", findings_json(audited.findings)}};
    if (audited.place) {
        out["place"] = {{"account", audited.place->account.value},
                        {"user", audited.place->user},
                        {"entries", audited.place->entries},
                        {"head", base::hex(audited.place->head)}};
    }
    if (!audited.seals.empty()) {
        out["seal"] = wire::seal_json(audited.seals.back());
    }
    return out;
}

AuditState state_of(json::value const& value) {
    AuditState state{.store = text_of(value.at("store")),
                     .began_at = base::from_ms(value.at("began_at").to_number<std::int64_t>()),
                     .spent = base::Millis{value.at("spent_ms").to_number<std::int64_t>()},
                     .runs = value.at("runs").to_number<int>(),
                     .audited = {}};
    auto& audited = state.audited;
    audited.accounts = value.at("accounts").to_number<std::int64_t>();
    audited.entries = value.at("entries").to_number<std::int64_t>();
    audited.jobs = value.at("jobs").to_number<std::int64_t>();
    for (auto const& finding : value.at("findings").as_array()) {
        audited.findings.push_back(finding_of(finding));
    }
    if (auto const* const place = value.as_object().if_contains("place")) {
        audited.place = {.account = {place->at("account").to_number<std::int64_t>()},
                         .user = text_of(place->at("user")),
                         .entries = place->at("entries").to_number<std::int64_t>(),
                         .head = hash_of(place->at("head"))};
    }
    if (auto const* const seal = value.as_object().if_contains("seal")) {
        audited.seals.push_back(seal_of(*seal));
    }
    return state;
}

}  // namespace

std::optional<AuditState> read_audit_state(std::filesystem::path const& file) {
    // Whoever else could write it could say that all has been looked at.
    auto const text = own_text(file, most_bytes);
    if (!text) {
        return std::nullopt;
    }
    boost::system::error_code unreadable;
    json::parse_options options;
    options.allow_invalid_utf8 = true;  // findings quote what somebody may have put there
    auto const value = json::parse(*text, unreadable, {}, options);
    auto const* const object = unreadable ? nullptr : value.if_object();
    auto const* const version = object == nullptr ? nullptr : object->if_contains("tallyman_audit");
    if (version == nullptr) {
        refuse(file, "is not the state of an audit; name another file");
    }
    if (*version != form) {
        refuse(file,
               "was written by another version of tallyman; go on with that one, or remove "
               "the file to begin anew");
    }
    try {
        return state_of(value);
    } catch (std::exception const&) {
        refuse(file, "is damaged; remove it to begin anew");
    }
}

void write_audit_state(AuditState const& state, std::filesystem::path const& file) {
    replace_private(json::serialize(state_json(state)), file);
}

void check_same_store(AuditState const& state, adapters::Store& store, std::string const& shown,
                      std::filesystem::path const& file) {
    if (state.store != shown) {
        refuse(file, fmt::format("is of an audit of {}, and this is {}; remove it to begin anew",
                                 state.store, shown));
    }
    if (!state.audited.place) {
        return;
    }
    auto const& place = *state.audited.place;
    auto const wallet = store.glance(place.user);
    bool same = wallet && wallet->account.id == place.account;
    if (same && place.entries > 0) {
        adapters::EntryFilter const last{
            .before = place.entries + 1, .from = {}, .to = {}, .limit = 1};
        auto const entries = store.entries_of(place.account, last);
        same =
            entries.size() == 1 && entries[0].seq == place.entries && entries[0].hash == place.head;
    }
    if (!same) {
        refuse(file,
               fmt::format("the audit had come to account {} with its entry {}, which is not in "
                           "this store: it is another one, or was changed since; remove the file "
                           "to begin anew",
                           place.user, place.entries));
    }
}

}  // namespace worker
