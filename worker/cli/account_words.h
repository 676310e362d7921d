// account freeze, unfreeze, release, caps, show: what an operator does to an account.
#pragma once

#include <string>

#include "ledger/wallet.h"
#include "worker/cli/context.h"
#include "worker/cli/options.h"

namespace worker::cli {

class AccountWords {
public:
    // `word` is set to the word that was given.
    void declare(Options& options, std::string& word);

    // Of any word but `show`.
    int run(Context& context, std::string const& word) const;

    std::string const& user() const { return user_; }

private:
    ledger::Caps caps() const;
    int give_caps(Context& context, std::string const& user) const;
    int show_caps(Context& context, std::string const& user) const;

    std::string user_;
    std::string reason_;
    std::string daily_;
    std::string monthly_;
    std::string job_;
    bool none_ = false;
};

// Lines about a freeze, the brake and caps of its own; nothing for most accounts.
void print_standing(ledger::Account const& account, base::Timestamp now);

}  // namespace worker::cli
