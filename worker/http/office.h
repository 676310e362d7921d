// What the handlers work with. All of it outlives every call.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "adapters/artifacts.h"
#include "adapters/store.h"
#include "config/settings.h"
#include "pricing/book.h"
#include "worker/blocking_pool.h"
#include "worker/log.h"
#include "worker/price_shelf.h"

namespace worker {

class CashDesk;
struct Inquiring;

}  // namespace worker

namespace worker::http {

class AuditDesk;
class Authenticator;
struct Asset;
class Collector;
class HintDesk;
class InputDesk;
class Operations;
class PaymentDesk;
class SyncDesk;
class Till;
class Watch;

struct Office {
    adapters::Store& store;  // blocks: call it on the pool only
    BlockingPool& pool;
    config::Settings const& settings;
    std::function<pricing::Book()> book;  // the one in force
    Log& log;
    Watch& watch;
    Collector& collector;
    InputDesk& inputs;
    std::function<PriceReload()> reload_prices;  // on the loop's thread
    // Null where nothing of it is called. Never null in the running program.
    Operations* operations = nullptr;
    SyncDesk* sync = nullptr;
    Till* till = nullptr;
    PaymentDesk* payments = nullptr;
    CashDesk* cash = nullptr;
    Inquiring const* inquiring = nullptr;
    adapters::ArtifactStore* artifacts = nullptr;  // null: files are on this disk only
    HintDesk* hints = nullptr;                     // null: nobody was told to call
    BlockingPool* platforms = nullptr;             // of those who wait for payment platforms
    BlockingPool* objects = nullptr;               // of those who wait for artifacts
    AuditDesk* audits = nullptr;
    Authenticator* door = nullptr;     // where the console's users sign in
    std::span<Asset const> console{};  // empty: it was built without one
};

}  // namespace worker::http
