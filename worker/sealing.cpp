#include "worker/sealing.h"

#include <algorithm>
#include <chrono>
#include <system_error>

#include <fmt/format.h>

#include "worker/key_file.h"

namespace worker {

namespace {

using adapters::identity::SealKey;

std::filesystem::path file_of(config::Settings const& settings) {
    return settings.seals.key_file.empty() ? settings.data_dir / "seal.key"
                                           : settings.seals.key_file;
}

}  // namespace

SealKey seal_key(config::Settings const& settings) {
    auto const file = file_of(settings);
    auto text = read_private(file);
    if (text.empty()) {
        std::error_code ignored;  // the write says what is wrong
        std::filesystem::create_directories(file.parent_path(), ignored);
        write_private(SealKey::make(), file);
        text = read_private(file);  // of whoever was first
    }
    auto key = SealKey::from_text(text);
    if (!key) {
        throw adapters::Unusable{fmt::format("{}: {}", file.string(), key.error())};
    }
    return std::move(*key);
}

std::optional<ledger::Seal> seal(adapters::Store& store, SealKey const& key) {
    auto const last = store.seals().last();
    ledger::Root root;
    std::vector<ledger::Leaf> changed;
    store.seals().leaves([&](ledger::Leaf const& leaf, bool is_new) {
        root.add(leaf);
        if (is_new) {
            changed.push_back(leaf);
        }
    });
    if (root.accounts() == 0) {
        return std::nullopt;
    }
    auto made = ledger::next_seal(last, root, store.now());
    made.key = key.public_hex();
    made.signature = key.sign(ledger::sealed_text(made));
    return store.seals().add(made, changed) ? std::optional{made} : std::nullopt;
}

bool seal_is_due(std::optional<ledger::Seal> const& last, base::Timestamp now) {
    using std::chrono::days;
    using std::chrono::floor;
    return !last || floor<days>(last->at) < floor<days>(now);
}

std::vector<ledger::Finding> check_seals(std::vector<ledger::Seal> const& seals,
                                         config::Seals const& settings) {
    auto findings = ledger::check(seals, [](ledger::Seal const& seal) {
        return adapters::identity::seal_is_good(seal.key, ledger::sealed_text(seal),
                                                seal.signature);
    });
    for (auto const& seal : seals) {
        bool const trusted =
            settings.trusted_keys.empty() ||
            std::ranges::find(settings.trusted_keys, seal.key) != settings.trusted_keys.end();
        if (!trusted) {
            findings.push_back({.invariant = 10,
                                .what = fmt::format("seal {} is signed with a key that is not in "
                                                    "seals.trusted_keys: {}",
                                                    seal.number, seal.key)});
        }
    }
    return findings;
}

}  // namespace worker
