// What the database itself refuses.
#include <array>

#include "adapters/sqlite/migrations.h"

namespace adapters::sqlite {

namespace {

// INSERT OR REPLACE deletes without asking the DELETE triggers, hence the guards on INSERT.
constexpr std::array all_guards{
    Guard{"entries_no_update",
          "CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries BEGIN "
          "SELECT RAISE(ABORT, 'ledger entries are never changed'); END"},
    Guard{"entries_no_delete",
          "CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries BEGIN "
          "SELECT RAISE(ABORT, 'ledger entries are never deleted'); END"},
    Guard{"entries_no_replace",
          "CREATE TRIGGER entries_no_replace BEFORE INSERT ON entries WHEN "
          "EXISTS (SELECT 1 FROM entries WHERE account = NEW.account AND seq = NEW.seq) OR "
          "(NEW.reference <> '' AND EXISTS (SELECT 1 FROM entries WHERE reference <> '' AND "
          "reference = NEW.reference)) BEGIN "
          "SELECT RAISE(ABORT, 'ledger entries are never replaced'); END"},
    Guard{"grants_no_delete",
          "CREATE TRIGGER grants_no_delete BEFORE DELETE ON grants BEGIN "
          "SELECT RAISE(ABORT, 'grants are never deleted'); END"},
    Guard{"grants_no_replace",
          "CREATE TRIGGER grants_no_replace BEFORE INSERT ON grants WHEN "
          "EXISTS (SELECT 1 FROM grants WHERE account = NEW.account AND number = NEW.number) BEGIN "
          "SELECT RAISE(ABORT, 'grants are never replaced'); END"},
    Guard{"grants_keep_facts",
          "CREATE TRIGGER grants_keep_facts BEFORE UPDATE OF account, number, kind, amount, "
          "effective_at, expires_at, service ON grants BEGIN "
          "SELECT RAISE(ABORT, 'only what remains of a grant may change'); END"},
    Guard{"accounts_no_delete",
          "CREATE TRIGGER accounts_no_delete BEFORE DELETE ON accounts BEGIN "
          "SELECT RAISE(ABORT, 'accounts are never deleted'); END"},
    Guard{"accounts_no_replace",
          "CREATE TRIGGER accounts_no_replace BEFORE INSERT ON accounts WHEN "
          "EXISTS (SELECT 1 FROM accounts WHERE id = NEW.id OR user = NEW.user) BEGIN "
          "SELECT RAISE(ABORT, 'accounts are never replaced'); END"},
    Guard{"accounts_keep_user",
          "CREATE TRIGGER accounts_keep_user BEFORE UPDATE OF id, user, created_at ON accounts "
          "BEGIN SELECT RAISE(ABORT, 'whose an account is never changes'); END"},
    Guard{"seals_no_update",
          "CREATE TRIGGER seals_no_update BEFORE UPDATE ON seals BEGIN "
          "SELECT RAISE(ABORT, 'seals are never changed'); END"},
    Guard{"seals_no_delete",
          "CREATE TRIGGER seals_no_delete BEFORE DELETE ON seals BEGIN "
          "SELECT RAISE(ABORT, 'seals are never deleted'); END"},
    Guard{"seals_no_replace",
          "CREATE TRIGGER seals_no_replace BEFORE INSERT ON seals WHEN "
          "EXISTS (SELECT 1 FROM seals WHERE number = NEW.number) BEGIN "
          "SELECT RAISE(ABORT, 'seals are never replaced'); END"},
    Guard{"orders_no_delete",
          "CREATE TRIGGER orders_no_delete BEFORE DELETE ON orders BEGIN "
          "SELECT RAISE(ABORT, 'orders are never deleted'); END"},
    Guard{"orders_no_replace",
          "CREATE TRIGGER orders_no_replace BEFORE INSERT ON orders WHEN "
          "EXISTS (SELECT 1 FROM orders WHERE id = NEW.id OR (NEW.trade <> '' AND trade <> '' AND "
          "provider = NEW.provider AND trade = NEW.trade)) BEGIN "
          "SELECT RAISE(ABORT, 'orders are never replaced'); END"},
    Guard{"orders_keep_facts",
          "CREATE TRIGGER orders_keep_facts BEFORE UPDATE ON orders WHEN "
          "NEW.id <> OLD.id OR NEW.account <> OLD.account OR NEW.bought <> OLD.bought OR "
          "NEW.amount <> OLD.amount OR NEW.currency <> OLD.currency OR "
          "NEW.created_at <> OLD.created_at OR (OLD.trade <> '' AND (NEW.trade <> OLD.trade OR "
          "NEW.provider <> OLD.provider OR NEW.grant_number <> OLD.grant_number OR "
          "NEW.bonus_number <> OLD.bonus_number OR NEW.paid_at IS NOT OLD.paid_at)) BEGIN "
          "SELECT RAISE(ABORT, 'what an order buys, and how it was paid, never changes'); END"},
    Guard{"payment_notices_no_delete",
          "CREATE TRIGGER payment_notices_no_delete BEFORE DELETE ON payment_notices BEGIN "
          "SELECT RAISE(ABORT, 'notices of payments are never deleted'); END"},
    Guard{"payment_notices_no_replace",
          "CREATE TRIGGER payment_notices_no_replace BEFORE INSERT ON payment_notices WHEN "
          "EXISTS (SELECT 1 FROM payment_notices WHERE provider = NEW.provider AND id = NEW.id) "
          "BEGIN SELECT RAISE(ABORT, 'notices of payments are never replaced'); END"},
    Guard{"payment_notices_keep_facts",
          "CREATE TRIGGER payment_notices_keep_facts BEFORE UPDATE OF number, provider, id, form, "
          "kind, state, order_id, trade, refund, amount, currency, returned, returned_in_all, "
          "happened_at, doubts, received_at, headers, body ON payment_notices BEGIN "
          "SELECT RAISE(ABORT, 'what a notice says never changes'); END"},
};

}  // namespace

std::span<Guard const> guards() {
    return all_guards;
}

}  // namespace adapters::sqlite
