#include "ledger/seal.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace ledger {

namespace {

constexpr int invariant = 10;

Finding found(std::string what, std::string account = "") {
    return {.invariant = invariant, .account = std::move(account), .what = std::move(what)};
}

template <typename T>
char* put(char* to, T const& value) {
    std::memcpy(to, &value, sizeof value);
    return to + sizeof value;
}

std::string name_of(Seal const& seal) {
    return "seal " + std::to_string(seal.number);
}

}  // namespace

void Root::add(Leaf const& leaf) {
    CHECK(accounts_ == 0 || last_ < leaf.account);
    char bytes[2 * sizeof(base::Hash) + 2 * sizeof(std::int64_t)];
    auto* end = put(bytes, hash_);
    end = put(end, leaf.account.value);
    end = put(end, leaf.seq);
    end = put(end, leaf.head);
    hash_ = base::sha256({bytes, static_cast<std::size_t>(end - bytes)});
    last_ = leaf.account;
    accounts_ += 1;
    entries_ += leaf.seq;
}

Seal next_seal(std::optional<Seal> const& last, Root const& root, base::Timestamp at) {
    Seal seal{.number = 1,
              .at = at,
              .accounts = root.accounts(),
              .entries = root.entries(),
              .root = root.hash()};
    if (last) {
        seal.number = last->number + 1;
        seal.previous = hash_of(*last);
    }
    return seal;
}

std::string sealed_text(Seal const& seal) {
    return "tallyman seal " + std::to_string(seal.number) + "\nat " +
           std::to_string(base::to_ms(seal.at)) + "\naccounts " + std::to_string(seal.accounts) +
           "\nentries " + std::to_string(seal.entries) + "\nroot " + base::hex(seal.root) +
           "\nprevious " + base::hex(seal.previous) + "\nkey " + seal.key + "\n";
}

base::Hash hash_of(Seal const& seal) {
    return base::sha256(sealed_text(seal) + "signature " + seal.signature + "\n");
}

std::vector<Finding> check(Leaf const& leaf, Books const& books) {
    auto const& user = books.account.user;
    auto const entries = std::ssize(books.entries);
    if (leaf.seq > entries) {
        return {found("entries up to " + std::to_string(leaf.seq) + " were sealed, " +
                          std::to_string(entries) + " are left",
                      user)};
    }
    if (leaf.seq > 0 && books.entries[static_cast<std::size_t>(leaf.seq - 1)].hash != leaf.head) {
        return {
            found("entry " + std::to_string(leaf.seq) + " is not the one that was sealed", user)};
    }
    return {};
}

std::vector<Finding> check(Seal const& seal, Root const& leaves) {
    if (seal.root == leaves.hash()) {
        return {};
    }
    return {found(name_of(seal) + " is of " + std::to_string(seal.accounts) + " accounts with " +
                  std::to_string(seal.entries) + " entries, what is kept of it is of " +
                  std::to_string(leaves.accounts()) + " with " + std::to_string(leaves.entries()) +
                  " or of others")};
}

std::vector<Finding> check_unsealed(Root const& leaves) {
    if (leaves.accounts() == 0) {
        return {};
    }
    return {found(std::to_string(leaves.accounts()) +
                  " accounts were sealed and there is no seal: it is gone")};
}

std::vector<Finding> check_kept(Seal const& seal, std::vector<Seal> const& seals) {
    auto const there = std::ranges::find(seals, seal.number, &Seal::number);
    if (there == seals.end()) {
        return {found(name_of(seal) + " was there and is gone")};
    }
    if (*there != seal) {
        return {found(name_of(seal) + " is not the one that was there before")};
    }
    return {};
}

std::vector<Finding> check(std::vector<Seal> const& seals, IsGood is_good) {
    std::vector<Finding> findings;
    Seal const* before = nullptr;
    for (auto const& seal : seals) {
        auto const number = before == nullptr ? 1 : before->number + 1;
        auto const previous = before == nullptr ? base::Hash{} : hash_of(*before);
        if (seal.number != number || seal.previous != previous) {
            findings.push_back(found(name_of(seal) + " does not follow from the one before it"));
        }
        if (!is_good(seal)) {
            findings.push_back(found(name_of(seal) + " has a signature that is not its key's"));
        }
        before = &seal;
    }
    return findings;
}

}  // namespace ledger
