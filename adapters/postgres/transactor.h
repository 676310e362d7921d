// One transaction: load, decide, write. The loading trips take the locks, the last trip carries the
// commit; if its answer is lost the server is asked what became of it.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "adapters/postgres/held.h"
#include "adapters/postgres/load.h"
#include "adapters/postgres/open.h"
#include "adapters/postgres/pool.h"

namespace adapters::postgres {

class Transactor {
public:
    // Both must outlive it.
    Transactor(Pool& pool, PostgresOptions const& options) : pool_{pool}, options_{options} {}

    // Throws Repeat, NoRoom or Broken if nothing was done, Unavailable if that can't be known, and
    // what `decide` throws.
    void run(jobs::Load const& load, jobs::Decide const& decide);

    [[nodiscard]] std::int64_t transactions() const { return transactions_; }

private:
    // False: there was nothing to write.
    bool attempt(jobs::Load const& load, jobs::Decide const& decide, jobs::Batch& batch,
                 Loaded& loaded);
    void remember(jobs::Batch& batch, Loaded const& loaded);
    // `timeline`: of the session whose commit it was.
    bool was_committed(Loaded const& loaded, std::string const& timeline, std::string const& why);

    Pool& pool_;
    PostgresOptions const& options_;
    Held held_;
    std::atomic<std::int64_t> transactions_ = 0;
};

// Waits a little longer for each try, and never the same, so that those who met don't meet again.
void wait_before_repeat(int tries);

}  // namespace adapters::postgres
