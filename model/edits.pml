/* Corrections of one public post as a model for SPIN; docs/model.md explains it, `make model` checks it.

   The post has text 0. People write two corrections, texts 1 and 2, the second at any time after the first; every edit
   may overtake every other. A call is carried out before, with or after its answer, or never; one without an answer is
   made again. After a call that may have been carried out after a newer one, the network is sent the newest text once
   more (late_edits.py): an edit of its own, the repeat. outbox.pml models what else happens to a delivery.

   As in outbox.pml, a step is one transaction, one act of the network or one of a person, and the commit window of a
   call is over when the network has carried it out or never will (`pending` is 0). -DREADS_BACK: the network tells the
   text of a post. -DNO_... removes a guard of the code, and SPIN has to answer with a counterexample. */

#define EDITS 4     /* in the order in which they are created: two corrections, and room for two repeats */
#define PERSON 9    /* the text that a person writes on the network itself */
#ifndef CALLS
#define CALLS 2     /* of one edit */
#endif

mtype = {
  /* states */
  WAITING, SCHEDULED, SENDING, PUBLISHED, FAILED, EXPIRED, CANCELLED,
  /* reasons */
  RESUMED, TIME_CHOSEN, SENT_AGAIN, PAUSED, HELD, DUE, CHANGED, UNANSWERED, NEVER_SENT, REJECTED, TRIES_USED_UP, DROPPED,
  /* where the publisher of an edit is, and its answers */
  IDLE, TAKEN, LEAVING, ANSWERED, OK, REFUSED, OUTCOME_UNKNOWN
};

/* ---- the database */

mtype state[EDITS];       /* 0: not created */
byte made;
byte text[EDITS];
bool is_repeat[EDITS];
byte calls[EDITS];        /* those that left */
bool unsure[EDITS];       /* a call of it may have been carried out later than a newer one */
bool check;               /* edit_check_at of the post is set */
bool removal;             /* withdrawal_asked_at of the post is set */
bool taken_down;
bool paused;
byte last;                /* the edit whose success was settled last, + 1 */

/* ---- the memory of the processes */

mtype at[EDITS] = IDLE;
mtype answer[EDITS];
bool reading;             /* the reconciler is between its reading of the network and its transaction */
byte read;
byte newest;

/* ---- the network */

byte shown;
byte pending[EDITS];      /* calls without an answer that it may still carry out */

/* ---- people, and what only the properties read */

byte written;             /* corrections */
bool rewritten;           /* a person has changed the text on the network */
bool given_up;            /* a person has dropped a repeat, and nothing was published since */
bool over[EDITS];         /* the network showed the text of a person when this repeat was created */
bool newest_shown = true, not_over_a_person = true, not_after_take_down = true, quiet_in_a_pause = true;

#define EXISTS(k) ((k) < made)
#define UNDER_WAY(k) (state[k] == WAITING || state[k] == SCHEDULED || state[k] == SENDING)
#define ASKS(k) (state[k] == FAILED || state[k] == EXPIRED)
#define ANY(p) (p(0) || p(1) || p(2) || p(3))

#ifdef NO_PAUSE_RULE
#define PAUSE_HOLDS false
#else
#define PAUSE_HOLDS paused
#endif
#ifdef NO_PARENT_RULE
#define PARENT_HOLDS false
#else
#define PARENT_HOLDS removal
#endif
#define ALLOWS (!PAUSE_HOLDS && !PARENT_HOLDS)

#ifdef NO_CHECK
#define PLAN_CHECK skip
#else
#define PLAN_CHECK check = true
#endif
#define CARRIED_OUT_LATE (pending[0] + pending[1] + pending[2] + pending[3])
#ifdef NO_WINDOW
#define WINDOW_OVER true
#else
#define WINDOW_OVER (CARRIED_OUT_LATE == 0)
#endif
#ifdef NO_FRESH_WINDOW
#define WINDOW_STILL_OVER true
#else
#define WINDOW_STILL_OVER WINDOW_OVER
#endif

/* Whether a newer edit may have been carried out before the answer to this one was settled. */
#if defined(NO_OVERTAKEN)
#define IS_AHEAD(k, j) false
#elif defined(NO_OVERLAP)
#define IS_AHEAD(k, j) (j > (k) && state[j] == PUBLISHED)
#else
#define IS_AHEAD(k, j) (j > (k) && calls[j] > 0)
#endif
#define OVERTAKEN(k) (IS_AHEAD(k, 1) || IS_AHEAD(k, 2) || IS_AHEAD(k, 3))

#define MOVE(k, from, to, because) printf("MOVE %d: %e -> %e because %e\n", k, from, to, because); state[k] = to

/* ---- publishers and the sweeper: claim.py, pre_send_check.py, settle.py, sweep.py */

inline HOLD(k, from) {
  if
  :: from == SCHEDULED && paused -> MOVE(k, SCHEDULED, WAITING, PAUSED)
  :: from == SCHEDULED && removal -> MOVE(k, SCHEDULED, WAITING, HELD)
  :: from == SENDING && paused -> MOVE(k, SENDING, WAITING, PAUSED)
  :: from == SENDING && removal -> MOVE(k, SENDING, WAITING, HELD)
  fi
}

/* Its call left and got no answer that counts. */
inline UNKNOWN(k) {
  unsure[k] = true; PLAN_CHECK;
  if
  :: calls[k] < CALLS -> MOVE(k, SENDING, SCHEDULED, UNANSWERED)
  :: calls[k] == CALLS -> MOVE(k, SENDING, FAILED, TRIES_USED_UP)
  fi
}

inline MARK(k) {
  quiet_in_a_pause = quiet_in_a_pause && !paused;
  assert(quiet_in_a_pause);
  not_after_take_down = not_after_take_down && !removal;
  assert(not_after_take_down);
  not_over_a_person = not_over_a_person && !over[k];
  assert(not_over_a_person);
#ifndef NO_FRESH_READ
  reading = false; read = 0; /* what was read before a call left counts no more */
#endif
  calls[k]++; at[k] = LEAVING
}

inline CALL(k) {
  at[k] = ANSWERED;
  if
  :: !taken_down -> shown = text[k];
    if
    :: answer[k] = OK
    :: answer[k] = OUTCOME_UNKNOWN
    fi
  :: answer[k] = REFUSED
  :: pending[k]++; answer[k] = OUTCOME_UNKNOWN
  fi
}

inline SETTLE(k) {
  if
  :: answer[k] == OK -> MOVE(k, SENDING, PUBLISHED, CHANGED); last = k + 1; given_up = false;
    if
    :: OVERTAKEN(k) -> unsure[k] = true; PLAN_CHECK
    :: else
    fi
  :: answer[k] == REFUSED -> MOVE(k, SENDING, FAILED, REJECTED)
  :: answer[k] == OUTCOME_UNKNOWN -> UNKNOWN(k)
  fi;
  at[k] = IDLE; answer[k] = 0
}

#define PUBLISHES(k) \
  :: atomic { state[k] == SCHEDULED && ALLOWS -> MOVE(k, SCHEDULED, SENDING, DUE); at[k] = TAKEN } \
  :: atomic { state[k] == SCHEDULED && !ALLOWS -> HOLD(k, SCHEDULED) } \
  :: atomic { state[k] == WAITING && ALLOWS -> MOVE(k, WAITING, SCHEDULED, RESUMED) } \
  :: atomic { state[k] == WAITING && paused -> MOVE(k, WAITING, EXPIRED, PAUSED) } \
  :: atomic { at[k] == TAKEN && ALLOWS -> MARK(k) } \
  :: atomic { at[k] == TAKEN && !ALLOWS -> at[k] = IDLE; HOLD(k, SENDING) } \
  :: atomic { at[k] == TAKEN -> at[k] = IDLE; MOVE(k, SENDING, SCHEDULED, NEVER_SENT) } \
  :: atomic { at[k] == LEAVING -> CALL(k) } \
  :: atomic { at[k] == LEAVING -> at[k] = IDLE; pending[k]++; UNKNOWN(k) } \
  :: atomic { at[k] == ANSWERED -> SETTLE(k) }

active proctype Publishers() {
  do
  PUBLISHES(0)
  PUBLISHES(1)
  PUBLISHES(2)
  PUBLISHES(3)
  od
}

inline CARRY_OUT(k) {
  if
  :: !taken_down -> shown = text[k]
  :: skip /* never */
  fi;
  pending[k]--
}

active proctype Network() {
  do
  :: atomic { pending[0] -> CARRY_OUT(0) }
  :: atomic { pending[1] -> CARRY_OUT(1) }
  :: atomic { pending[2] -> CARRY_OUT(2) }
  :: atomic { pending[3] -> CARRY_OUT(3) }
  od
}

/* ---- late_edits.py */

inline ENQUEUE(what, as_repeat) {
  assert(made < EDITS);
  text[made] = what; is_repeat[made] = as_repeat; state[made] = SCHEDULED; made++
}

#define IS_PUBLISHED(k) (EXISTS(k) && state[k] == PUBLISHED)
#ifdef NO_CREATION_ORDER
#define NEWEST (last -> text[last - 1] : 0)
#else
#define NEWEST (IS_PUBLISHED(3) -> text[3] : (IS_PUBLISHED(2) -> text[2] : (IS_PUBLISHED(1) -> text[1] : (IS_PUBLISHED(0) -> text[0] : 0))))
#endif
#define MAY_OVERWRITE(k) ((unsure[k] || at[k] == LEAVING) && text[k] != NEWEST)
#ifdef NO_PUT_OFF
#define WAITS false
#else
#define WAITS (ANY(UNDER_WAY) || ANY(ASKS))
#endif

inline FORGET() { check = false; unsure[0] = false; unsure[1] = false; unsure[2] = false; unsure[3] = false }

inline READ() {
  reading = true;
#ifdef READS_BACK
  read = shown
#endif
}

#ifdef NO_READ
#define SHOWS_A_PERSON false
#else
#define SHOWS_A_PERSON (read == PERSON)
#endif

inline CHECK() {
  if
  :: removal || !ANY(MAY_OVERWRITE) -> FORGET()
  :: !removal && ANY(MAY_OVERWRITE) ->
    if
    :: WAITS || !WINDOW_STILL_OVER /* put off */
    :: !WAITS && WINDOW_STILL_OVER && SHOWS_A_PERSON -> FORGET() /* it is reported */
    :: !WAITS && WINDOW_STILL_OVER && !SHOWS_A_PERSON ->
      over[made] = (read == PERSON); newest = NEWEST; ENQUEUE(newest, true); newest = 0; FORGET()
    fi
  fi;
  reading = false; read = 0
}

active proctype Reconciler() {
  do
  :: atomic { check && !reading && WINDOW_OVER && !WAITS -> READ() }
  :: atomic { reading -> CHECK() }
  od
}

/* ---- people */

inline DROP(k) {
  given_up = given_up || is_repeat[k];
  if
  :: state[k] == WAITING -> MOVE(k, WAITING, CANCELLED, DROPPED)
  :: state[k] == SCHEDULED -> MOVE(k, SCHEDULED, CANCELLED, DROPPED)
  :: state[k] == EXPIRED -> MOVE(k, EXPIRED, CANCELLED, DROPPED)
  :: state[k] == FAILED -> MOVE(k, FAILED, CANCELLED, DROPPED)
  fi
}

#define DECIDES(k) \
  :: atomic { state[k] == WAITING || state[k] == SCHEDULED || ASKS(k) -> DROP(k) } \
  :: atomic { state[k] == EXPIRED && calls[k] < CALLS -> MOVE(k, EXPIRED, SCHEDULED, TIME_CHOSEN) } \
  :: atomic { state[k] == FAILED && calls[k] < CALLS -> MOVE(k, FAILED, SCHEDULED, SENT_AGAIN) }

active proctype People() {
  do
  :: atomic { written < 2 && !removal -> written++; ENQUEUE(written, false) }
  DECIDES(0)
  DECIDES(1)
  DECIDES(2)
  DECIDES(3)
  :: atomic { !rewritten && !taken_down -> rewritten = true; shown = PERSON }
  :: atomic { !removal -> removal = true }
  :: paused = !paused
  od
}

#define WITH_PARENT(k) (state[k] == WAITING || state[k] == SCHEDULED || ASKS(k))

/* take_down.py */
inline DROP_EDITS(k) {
  if
  :: WITH_PARENT(k) -> DROP(k)
  :: else
  fi
}

active proctype Remover() {
  do
  :: atomic { removal && !taken_down -> taken_down = true; DROP_EDITS(0); DROP_EDITS(1); DROP_EDITS(2); DROP_EDITS(3) }
  od
}

/* ---- the properties */

#define IS_CORRECTION(k, which) (IS_PUBLISHED(k) && !is_repeat[k] && text[k] == which)
#define CORRECTED(which) (IS_CORRECTION(0, which) || IS_CORRECTION(1, which) || IS_CORRECTION(2, which) || IS_CORRECTION(3, which))
#define WANTED (CORRECTED(2) -> 2 : (CORRECTED(1) -> 1 : 0))
#define QUIET (!check && !reading && CARRIED_OUT_LATE == 0 && !ANY(UNDER_WAY))

active proctype Monitor() {
  do
  :: atomic { QUIET && !removal && !ANY(ASKS) && !given_up && shown != PERSON && shown != WANTED ->
       newest_shown = false; assert(newest_shown) }
  od
}
