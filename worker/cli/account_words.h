// account freeze, unfreeze, release, caps: what an operator does to an account.
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

    int run(Context& context, std::string const& word) const;

private:
    ledger::Caps caps() const;

    std::string user_;
    std::string reason_;
    std::string daily_;
    std::string monthly_;
    std::string job_;
};

// Lines about a freeze, the brake and caps of its own; nothing for most accounts.
void print_standing(ledger::Account const& account, base::Timestamp now);

}  // namespace worker::cli
