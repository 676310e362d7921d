/* Jobs and their money across crashes: workers, a rescuer and a user over a store of which every
 * transaction is one `atomic`. README.md says which code each part stands for, and what is checked.
 * Broken variants are chosen with -D; each must fail:
 *   UNFENCED_FINISH   a finish does not look whether its attempt is the current one
 *   REFUND_UNCHECKED  a cancel looks neither at the job's state nor at the charge
 *   RESCUE_UNCHECKED  a rescue looks neither at the lease nor at the worker
 *   CHARGE_APART      the debit is a transaction of its own, after the claim
 *   REFUND_APART      the refund is a transaction of its own, after the end of the job
 *   NEW_KEY           each attempt calls the provider under a key of its own
 *   OVERDRAW          the claim does not look whether there are funds
 *   NO_RESCUE         nobody looks for lost jobs
 */
#ifndef JOBS
#define JOBS 1
#endif
#ifndef CRASHES
#define CRASHES 2
#endif
#ifndef CANCELS
#define CANCELS 2
#endif
#define WORKERS 2
#define FUNDS 1       /* credits of the account; a job costs one */
#define MOST_LOSSES 2 /* a job that has cost that many workers is given up */
#define MOST_TRIES 2  /* a job is handed back before that many attempts */

mtype = { queued, processing, completed, failed, cancelled };

/* ---- what the store has ---- */
mtype state[JOBS];
byte attempt[JOBS];
byte holder[JOBS]; /* which worker has it; WORKERS: nobody */
bool late[JOBS];   /* the lease is over */
byte losses[JOBS];
bool open[JOBS];   /* the charge */
short funds = FUNDS;
byte held;         /* credits in open charges */
byte earned;       /* credits of completed jobs */

/* ---- what only the model sees ---- */
byte debits[JOBS];  /* of the current charge */
byte refunds[JOBS];
byte submits[JOBS]; /* tasks that the provider has begun for the current charge */
byte crashes;
byte cancels;
bool asked_again;   /* the user has had a job run again, or never will */
bool alive[WORKERS];

#define ended(j) (state[j] == completed || state[j] == failed || state[j] == cancelled)
#if JOBS > 1
#define over (ended(0) && ended(1) && asked_again)
#else
#define over (ended(0) && asked_again)
#endif

inline refund(j) {
    if
    :: open[j] ->
        held--;
        open[j] = false;
        funds++;
        refunds[j]++
    :: else ->
#ifdef REFUND_UNCHECKED
        funds++;
        refunds[j]++
#else
        skip
#endif
    fi
}

inline end_without(j, how) {
    state[j] = how;
    holder[j] = WORKERS;
    late[j] = false;
#ifndef REFUND_APART
    refund(j)
#endif
}

inline requeue(j) {
    state[j] = queued;
    holder[j] = WORKERS;
    late[j] = false
}

inline debit(j) {
    funds--;
    held++;
    open[j] = true;
    debits[j] = 1;
    refunds[j] = 0;
    submits[j] = 0
}

#ifdef UNFENCED_FINISH
#define current(j) true
#else
#define current(j) (state[j] == processing && attempt[j] == try)
#endif
#ifdef OVERDRAW
#define affordable true
#else
#define affordable (funds > 0)
#endif

#define may_crash if :: atomic { crashes < CRASHES -> crashes++; alive[me] = false }; goto begin \
                     :: skip fi

proctype Worker(byte me) {
    byte j, try;
begin:
    atomic { alive[me] = true; j = 0; try = 0 }
claim: /* waits here; that all is over is the only good reason to wait for ever */
    if
    :: atomic { state[0] == queued -> j = 0 }
#if JOBS > 1
    :: atomic { state[1] == queued -> j = 1 }
#endif
    :: over -> goto done
    fi;
    atomic { /* claim and debit, one transaction */
        if
        :: state[j] != queued -> goto begin
        :: state[j] == queued && !open[j] && !affordable ->
            state[j] = failed;
            goto begin
        :: else
        fi;
        state[j] = processing;
        attempt[j]++;
        try = attempt[j];
        holder[j] = me;
        late[j] = false;
#ifndef CHARGE_APART
        if
        :: !open[j] -> debit(j)
        :: else
        fi
#endif
    }
    may_crash;
#ifdef CHARGE_APART
    atomic {
        if
        :: !open[j] -> debit(j)
        :: else
        fi
    }
#endif
    atomic { /* the call; the provider begins one task for each key */
#ifdef NEW_KEY
        submits[j]++
#else
        submits[j] = 1
#endif
    }
    may_crash;
    atomic { /* a heartbeat; one that is stale is told so */
        if
        :: current(j) -> late[j] = false
        :: else -> goto begin
        fi
    }
    may_crash;
    if
    :: goto well
    :: goto badly
    :: attempt[j] < MOST_TRIES -> goto hand_back
    fi;
well: /* completed, and settled */
    atomic {
        if
        :: current(j) ->
            assert(open[j]);
            open[j] = false;
            held--;
            earned++;
            state[j] = completed;
            holder[j] = WORKERS;
            late[j] = false
        :: else
        fi
    }
    goto begin;
badly: /* failed for good */
    atomic {
        if
        :: current(j) -> end_without(j, failed)
        :: else -> goto begin
        fi
    }
#ifdef REFUND_APART
    may_crash;
    atomic { refund(j) }
#endif
    goto begin;
hand_back: /* a failure that may be tried again, or a worker that is told to stop */
    atomic {
        if
        :: current(j) -> requeue(j)
        :: else
        fi
    }
    goto begin;
done:
    skip
}

/* A lease runs out at any time, also that of a worker which is only slow. */
#define RUN_OUT(j) atomic { state[j] == processing && !late[j] && losses[j] < MOST_LOSSES -> \
                            late[j] = true }

proctype Clock() {
end:
    do
    :: RUN_OUT(0)
#if JOBS > 1
    :: RUN_OUT(1)
#endif
    od
}

#ifdef RESCUE_UNCHECKED
#define lost(j) (state[j] == processing)
#else
#define lost(j) (state[j] == processing && (late[j] || !alive[holder[j]]))
#endif
#define RESCUE(j) atomic { lost(j) -> assert(late[j] || !alive[holder[j]]); losses[j]++; \
                           if :: losses[j] >= MOST_LOSSES -> end_without(j, failed) \
                              :: else -> requeue(j) fi }

proctype Rescuer() {
end:
    do
#ifndef NO_RESCUE
    :: RESCUE(0)
#if JOBS > 1
    :: RESCUE(1)
#endif
#endif
    :: over -> break
    od
}

proctype User() {
end:
    do
#ifdef REFUND_UNCHECKED
    :: atomic { cancels < CANCELS -> cancels++; end_without(0, cancelled) }
#else
    :: atomic { cancels < CANCELS && !ended(0) -> cancels++; end_without(0, cancelled) }
#endif
    :: atomic { !asked_again && (state[0] == failed || state[0] == cancelled) ->
                asked_again = true; losses[0] = 0; state[0] = queued }
    :: atomic { !asked_again -> asked_again = true } /* is content */
    :: atomic { cancels < CANCELS -> cancels = CANCELS }
    :: over -> break
    od
}

/* What must never be seen, between any two transactions. */
#define WRONG(j) (debits[j] > 1 || refunds[j] > 1 || submits[j] > 1 \
    || (state[j] == processing && !open[j]) \
    || (state[j] == completed && (open[j] || debits[j] != 1 || refunds[j] != 0)) \
    || ((state[j] == failed || state[j] == cancelled) && (open[j] || debits[j] != refunds[j])))

proctype Monitor() {
end:
    if
    :: atomic { funds < 0 || funds + held + earned != FUNDS -> assert(false) }
    :: atomic { WRONG(0) -> assert(false) }
#if JOBS > 1
    :: atomic { WRONG(1) -> assert(false) }
#endif
    fi
}

init {
    atomic {
        byte i;
        for (i : 0 .. JOBS - 1) {
            state[i] = queued;
            holder[i] = WORKERS
        }
        run Worker(0);
        run Worker(1);
        run Clock();
        run Rescuer();
        run User();
        run Monitor()
    }
}
