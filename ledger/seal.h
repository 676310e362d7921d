// A seal says how far every account's chain of entries had come at one time: one hash over all of
// it, chained to the seal before and signed. The chain of entries shows when one is changed; a seal
// shows when the last ones are cut off, or an account is gone as a whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/audit.h"

namespace ledger {

// How far one account had come when it was last sealed.
struct Leaf {
    base::AccountId account;
    std::int64_t seq = 0;  // of its last entry then
    base::Hash head{};     // the hash of that entry

    friend bool operator==(Leaf const&, Leaf const&) = default;
};

struct Seal {
    std::int64_t number = 0;  // 1, 2, 3 … without a gap
    base::Timestamp at;
    std::int64_t accounts = 0;
    std::int64_t entries = 0;
    base::Hash root{};      // over all leaves
    base::Hash previous{};  // hash_of the seal before; zeros for the first
    std::string key;        // the public key that it is signed with, in hex
    std::string signature;  // of sealed_text, in hex

    friend bool operator==(Seal const&, Seal const&) = default;
};

// Takes the leaves by account, lowest first.
class Root {
public:
    void add(Leaf const& leaf);

    [[nodiscard]] base::Hash const& hash() const { return hash_; }

    [[nodiscard]] std::int64_t accounts() const { return accounts_; }

    [[nodiscard]] std::int64_t entries() const { return entries_; }

private:
    base::Hash hash_{};
    base::AccountId last_;
    std::int64_t accounts_ = 0;
    std::int64_t entries_ = 0;
};

// The next seal, but for its key and signature.
Seal next_seal(std::optional<Seal> const& last, Root const& root, base::Timestamp at);

// What is signed: every field but the signature, a line each.
std::string sealed_text(Seal const& seal);
base::Hash hash_of(Seal const& seal);

// That the account still has what was sealed.
std::vector<Finding> check(Leaf const& leaf, Books const& books);

// That the leaves are those of the seal.
std::vector<Finding> check(Seal const& seal, Root const& leaves);
// That there is nothing of a seal where there is no seal.
std::vector<Finding> check_unsealed(Root const& leaves);
// That a seal that was there once is among those that there are.
std::vector<Finding> check_kept(Seal const& seal, std::vector<Seal> const& seals);

// That each follows from the one before it, and whether its signature is good as `is_good` says.
// Lowest number first, from the first seal on.
using IsGood = bool (*)(Seal const& seal);
std::vector<Finding> check(std::vector<Seal> const& seals, IsGood is_good);

}  // namespace ledger
