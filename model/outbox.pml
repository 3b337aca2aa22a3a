/* The outbox as a model for SPIN; docs/model.md explains it, `make model` checks it.

   Every actor (publisher, sweeper, reconciler, person ...) is a loop of atomic steps. A step is one transaction of the
   database, one act of the network or one of a person, so an actor can die, be cut off or be overtaken between any two
   of them. What an actor holds in memory is global here, so that a restore can end it.

   Time is abstract: a lease may run out at any moment, `late` is "past not_after", and the commit window of a call is
   over when the network has carried it out or never will (`pending` is 0).

   Compile with -DNETWORK=KEYS|NO_KEYS|STORAGE|TWO_STEP and, where wanted, -DRESTORE, -DREMOVAL, -DPAUSES, and a second
   delivery: -DTWIN (same text and channel), -DOTHER (another channel), -DEDIT (changes the first one). -DCONSENTS=n sets
   how often the portal sends again because a person says "it is not there", -DONE_PUBLISHER leaves the second one out.
   -DLAG: lists show a post some time after it is public, and a person may answer by what they saw before. -DLIES: once,
   the network refuses a call and carries it out all the same. -DNO_... removes a guard of the code, and SPIN has to
   answer with a counterexample. -DLIVENESS bounds deaths and leases that end too early.

   Names in capitals are those of delivery/enums.py. Every move is written MOVE(delivery, from, to, reason) and nowhere
   else; tests/delivery/test_model.py compares the list of them with delivery/graph.py. */

#define KEYS 1      /* one post for one idempotency key while the network remembers it: Mastodon */
#define NO_KEYS 2   /* one post for every call */
#define STORAGE 3   /* the key is where the post is stored: Bluesky */
#define TWO_STEP 4  /* a container is prepared, then made public: Instagram, Threads */

#ifndef NETWORK
#define NETWORK NO_KEYS
#endif
#if defined(TWIN) || defined(OTHER) || defined(EDIT)
#define TWO
#define DELIVERIES 2
#else
#define DELIVERIES 1
#endif
#ifdef OTHER
#define CHANNEL(d) (d)
#else
#define CHANNEL(d) 0
#endif
#ifdef EDIT
#define IS_EDIT(d) ((d) == 1)
#else
#define IS_EDIT(d) false
#endif
#define POSTS 3
/* How often a person's "it is not there" may lead to a call. Two deliveries could then make more than POSTS. */
#ifndef CONSENTS
#ifdef TWO
#define CONSENTS 0
#else
#define CONSENTS 1
#endif
#endif

mtype = {
  /* states */
  WAITING, SCHEDULED, SENDING, PROCESSING, PUBLISHED, FAILED, CHECKING, UNCONFIRMED, EXPIRED, CANCELLED, WITHDRAWN, MISSING,
  /* reasons */
  APPROVED, RECOVERED, RESUMED, STILL_SEND, TIME_CHOSEN, SENT_AGAIN, NOT_THERE,
  NOT_APPROVED, PAUSED, CHANNEL_PAUSED, PROGRAMME_PAUSED, NEEDS_CONSENT, HELD, TOO_EARLY, TOO_LATE, RESTORE_PAUSED,
  DUE, REPEATED, SENT, CHANGED, ACCEPTED, PREPARED, UNFINISHED, RATE_LIMITED, NOT_REACHED, NEVER_SENT, UNANSWERED,
  REJECTED, TRIES_USED_UP, PICTURE_MISSING, OUTCOME_UNKNOWN, WORKER_DIED, NO_VERDICT, CONTAINER_EXPIRED,
  LATE_ANSWER, FOUND, ABSENT, CANNOT_TELL, LINK_GIVEN, DROPPED, TAKEN_DOWN, GONE, RESTORED,
  /* where a publisher is, and answers that are no reasons */
  IDLE, CLAIMING, TAKEN, SAVING, LEAVING, ANSWERED, OK, READY, BLOCKED, ERROR, REFUSED, LIMITED, LIED
};

/* ---- the database: columns of a delivery and its open attempts */

#ifdef PAUSES
mtype state[DELIVERIES] = WAITING;   /* for its approval */
#elif defined(EDIT)
mtype state[DELIVERIES];             /* set by init */
#else
mtype state[DELIVERIES] = SCHEDULED;
#endif
mtype why[DELIVERIES];       /* the reason of CHECKING where it matters: RATE_LIMITED or NOT_THERE */
bool unknown[DELIVERIES];    /* unknown_since is set */
byte attempts[DELIVERIES];   /* open attempts: 1 not taken yet, 2 taken by publisher 0, 4 by publisher 1 */
byte sent[DELIVERIES];       /* those of them with sent_at */
bool finish[DELIVERIES];     /* the open attempt is of the step FINISH */
byte sends[DELIVERIES];      /* calls that left since the outcome is unknown */
bool recheck[DELIVERIES];    /* duplicate_check_at is set */
byte remote[DELIVERIES];     /* remote_id: a post + 1 */
bool removal[DELIVERIES];    /* withdrawal_asked_at is set */
byte token[DELIVERIES];      /* the container that the network holds for it, 1 or 2 */
bool restored[DELIVERIES];   /* restored_at without verified_at: the backup does not say what became of it */
bool retried[DELIVERIES];    /* attempt_count: one failed attempt is followed by another, two are too many */
bool reported[POSTS];        /* a DuplicatePost exists */

bool late[DELIVERIES];       /* now > not_after */
bool paused;                 /* a pause, a missing approval, a channel without consent: the policy defers */
bool restore_pause;          /* the pause that begins with a restore and ends by an administrator */

/* ---- the memory of the processes */

mtype at[2] = IDLE;          /* publishers */
byte work[2];
mtype answer[2];
byte named[2];               /* the post that the answer named, + 1 */
byte opened[2];              /* the channel that the publisher has opened, + 1 */

bool searching;              /* the reconciler is between its search and its transaction */
byte searched;
mtype result;
byte result_post;
bool decisive;               /* the commit window was over when the search began, and no call has left since */

mtype seen;                  /* the state that a person has on the page, 0 without one */
byte seen_of;

/* ---- the network */

byte pending[DELIVERIES];    /* calls it may still carry out */
byte held[DELIVERIES];       /* those of them that have not left their publisher yet */
bool key_lost[DELIVERIES];   /* it has forgotten the key */
byte stored[DELIVERIES];     /* the post it knows under the key, + 1 */
byte container[4];           /* of a network in two steps: 0 none, 1 prepared, 2 public, 3 lapsed; index 0 is unused */
byte holds[4];               /* the post that was made of it, + 1 */
bool finishing[4];           /* a call to publish it has left */
byte box[2];                 /* the container of a publisher's call */
byte made;
byte origin[POSTS];          /* the delivery whose call made it */
byte place[POSTS];           /* the channel it is on, + 1 */
bool live[POSTS];
#ifdef LAG
bool unlisted[POSTS];        /* no list shows it yet */
#define LISTED(i) (!unlisted[i])
#else
#define LISTED(i) true
#endif
#ifdef LIES
bool lied;
#define LIES_TOLD lied
#else
#define LIES_TOLD 0
#endif

/* ---- what only the properties read */

byte consented[DELIVERIES];  /* calls that a person's "it is not there" has led to */
#ifdef LAG
bool there[DELIVERIES];      /* a list showed a post of it when the person answered, or at the search after that */
#define THERE(d) there[d]
#else
#define THERE(d) false
#endif
byte repeats[DELIVERIES];    /* repeated calls since its outcome is unknown */
bool requested[DELIVERIES];  /* a person wants it taken down */
bool allowed[2];             /* nothing spoke against the call when it was marked as sent */
bool published_once = true, not_forgotten = true, own_channel = true, held_back = true, published_is_public = true;
bool repeated_once = true, edit_never_unknown = true, removed_on_request = true, asked_in_time = true;
bool searched_before_sending = true;

#ifdef LIVENESS
byte accidents = 2;
#define ACCIDENT (accidents > 0)
#define COUNT_ACCIDENT accidents--
#else
#define ACCIDENT true
#define COUNT_ACCIDENT skip
#endif

#define UNKNOWN(d) (state[d] == CHECKING || state[d] == UNCONFIRMED)
#define UNSENT(d) (state[d] == WAITING || state[d] == SCHEDULED || state[d] == EXPIRED || state[d] == FAILED)
#define SETTLED(d) (state[d] == PUBLISHED || state[d] == CANCELLED || state[d] == WITHDRAWN || state[d] == MISSING)
#define PARENT_HOLDS(d) (IS_EDIT(d) && state[0] != PUBLISHED)
#define DEFERS(d) (paused || restore_pause || HELD_UNVERIFIED(d) || PARENT_HOLDS(d))
#if !defined(RESTORE) || defined(NO_HELD_UNVERIFIED)
#define HELD_UNVERIFIED(d) false
#else
#define HELD_UNVERIFIED(d) (restored[d] && !unknown[d])
#endif
#define ALLOWS(d) (!late[d] && !DEFERS(d))
#define MINE(p) (2 << p)

/* Of two deliveries with one text on one channel: whether the post belongs to the other one. */
#if defined(TWIN)
#define BOUND_TO_OTHER(i, d) (remote[1 - (d)] == (i) + 1)
#else
#define BOUND_TO_OTHER(i, d) false
#endif
#ifdef NO_UNIQUE
#define TAKEN_BY_OTHER(i, d) false
#else
#define TAKEN_BY_OTHER(i, d) BOUND_TO_OTHER(i, d)
#endif
#if defined(NO_BOUND) || defined(NO_UNIQUE)
#define EXCLUDED(i, d) false
#else
#define EXCLUDED(i, d) BOUND_TO_OTHER(i, d)
#endif

/* What a search for the delivery can see of post i. */
#if NETWORK == STORAGE
#define SHOWS(i, d) (live[i] && LISTED(i) && origin[i] == (d) && i < made)
#else
#define SHOWS(i, d) (live[i] && LISTED(i) && place[i] == CHANNEL(d) + 1 && !reported[i] && !EXCLUDED(i, d))
#endif
#define SHOWN(d) (SHOWS(0, d) || SHOWS(1, d) || SHOWS(2, d))

#if NETWORK == KEYS
#define MAY_RESEND(d) (!key_lost[d])
#elif NETWORK == STORAGE
#define MAY_RESEND(d) true
#else
#define MAY_RESEND(d) false
#endif
#ifdef NO_KEYS_ASKED
#undef MAY_RESEND
#define MAY_RESEND(d) true
#endif

/* The searches for second posts go on for longer than lists lag. */
#ifdef LAG
#define HIDES(i, d) (live[i] && unlisted[i] && origin[i] == (d) && i < made)
#define HIDDEN(d) (HIDES(0, d) || HIDES(1, d) || HIDES(2, d))
#else
#define HIDDEN(d) false
#endif

/* Bluesky's window is zero: a call that is carried out late writes the same record. */
#if NETWORK == STORAGE || defined(NO_WINDOW)
#define WINDOW_OVER(d) true
#else
#define WINDOW_OVER(d) (pending[d] == 0)
#endif

#ifdef NO_STATE_IN_WHERE
#define STILL(d, from) true
#else
#define STILL(d, from) (state[d] == from)
#endif

inline MOVE(d, from, to, because) {
  printf("MOVE %d: %e -> %e because %e\n", d, from, to, because);
  state[d] = to
}

inline CLOSE(d) { attempts[d] = 0; sent[d] = 0; finish[d] = false }

inline HOLD(d, from) {
  if
  :: from == SCHEDULED ->
    if
    :: MOVE(d, SCHEDULED, WAITING, NOT_APPROVED)
    :: MOVE(d, SCHEDULED, WAITING, TOO_EARLY)
    :: MOVE(d, SCHEDULED, WAITING, PAUSED)
    :: MOVE(d, SCHEDULED, WAITING, CHANNEL_PAUSED)
    :: MOVE(d, SCHEDULED, WAITING, PROGRAMME_PAUSED)
    :: MOVE(d, SCHEDULED, WAITING, NEEDS_CONSENT)
    :: MOVE(d, SCHEDULED, WAITING, HELD)
    :: restore_pause -> MOVE(d, SCHEDULED, WAITING, RESTORE_PAUSED)
    fi
  :: from == SENDING ->
    if
    :: MOVE(d, SENDING, WAITING, NOT_APPROVED)
    :: MOVE(d, SENDING, WAITING, TOO_EARLY)
    :: MOVE(d, SENDING, WAITING, PAUSED)
    :: MOVE(d, SENDING, WAITING, CHANNEL_PAUSED)
    :: MOVE(d, SENDING, WAITING, PROGRAMME_PAUSED)
    :: MOVE(d, SENDING, WAITING, NEEDS_CONSENT)
    :: MOVE(d, SENDING, WAITING, HELD)
    :: restore_pause -> MOVE(d, SENDING, WAITING, RESTORE_PAUSED)
    fi
  :: else
  fi
}

/* It keeps the reason for which it waited. */
inline EXPIRE_WAITING(d) {
  if
  :: MOVE(d, WAITING, EXPIRED, NOT_APPROVED)
  :: MOVE(d, WAITING, EXPIRED, TOO_EARLY)
  :: MOVE(d, WAITING, EXPIRED, PAUSED)
  :: MOVE(d, WAITING, EXPIRED, CHANNEL_PAUSED)
  :: MOVE(d, WAITING, EXPIRED, PROGRAMME_PAUSED)
  :: MOVE(d, WAITING, EXPIRED, NEEDS_CONSENT)
  :: MOVE(d, WAITING, EXPIRED, HELD)
  :: MOVE(d, WAITING, EXPIRED, RESTORE_PAUSED)
  fi
}

/* ---- the network carries a call out. `post`: which post the call means, + 1; 0 where it came to nothing */

inline MAKE_POST(d, channel) {
  assert(made < POSTS);
#ifdef LAG
  unlisted[made] = true;
#endif
  origin[made] = d; place[made] = channel; live[made] = true; made++
}

inline COMMIT(d, channel, which, post) {
  if
  :: IS_EDIT(d) -> post = remote[0]
  :: else ->
#if NETWORK == KEYS
    if
    :: stored[d] && !key_lost[d] -> post = stored[d]
    :: else -> MAKE_POST(d, channel); stored[d] = made; post = made
    fi
#elif NETWORK == STORAGE
    if
    :: stored[d] -> live[stored[d] - 1] = true; post = stored[d]
    :: else -> MAKE_POST(d, channel); stored[d] = made; post = made
    fi
#elif NETWORK == TWO_STEP
    if
    :: container[which] == 1 -> MAKE_POST(d, channel); holds[which] = made; container[which] = 2; post = made
    :: container[which] == 2 -> post = holds[which]
    :: else -> post = 0
    fi
#else
    MAKE_POST(d, channel); post = made
#endif
  fi
}

/* Too early to know: such a search is recorded and moves nothing. */
inline FORGET_WITHOUT_EFFECT() {
  if
  :: !decisive && result != FOUND && result != READY -> FORGET_SEARCH()
  :: else
  fi
}

inline FORGET_SEARCH() { searching = false; searched = 0; decisive = false; result = 0; result_post = 0 }

/* ---- publishers: claim.py, pre_send_check.py, deliver.py, settle.py */

inline START(p, d) {
  at[p] = TAKEN; work[p] = d;
#ifdef NO_OWN_CHANNEL
  /* the connector of the publisher's first delivery is kept */
  if :: opened[p] == 0 -> opened[p] = CHANNEL(d) + 1 :: else fi
#else
  opened[p] = CHANNEL(d) + 1
#endif
}

inline STOP(p) { at[p] = IDLE; work[p] = 0; answer[p] = 0; named[p] = 0; allowed[p] = false; box[p] = 0;
#ifndef NO_OWN_CHANNEL
  opened[p] = 0
#endif
}

inline ANSWER(p, what) { at[p] = ANSWERED; answer[p] = what; allowed[p] = false }

inline GIVE_UP_OR_RETRY(p, d) {
  if
  :: retried[d] -> MOVE(d, SENDING, FAILED, TRIES_USED_UP)
  :: !retried[d] && finish[d] && token[d] -> retried[d] = true; MOVE(d, SENDING, PROCESSING, UNFINISHED)
  :: !retried[d] && !(finish[d] && token[d]) && answer[p] == OUTCOME_UNKNOWN -> retried[d] = true; MOVE(d, SENDING, SCHEDULED, UNANSWERED)
  :: !retried[d] && !(finish[d] && token[d]) && answer[p] != OUTCOME_UNKNOWN -> retried[d] = true; MOVE(d, SENDING, SCHEDULED, NOT_REACHED)
  fi
}

inline TO_CHECKING(d) {
  MOVE(d, SENDING, CHECKING, OUTCOME_UNKNOWN);
  sends[d] = (unknown[d] -> sends[d] : 1);
  unknown[d] = true; why[d] = 0
}

/* It leaves "checking": what became of the call is known, or given up. */
#ifdef LAG
inline KNOWN(d) { unknown[d] = false; sends[d] = 0; repeats[d] = 0; why[d] = 0; restored[d] = false; there[d] = false }
#else
inline KNOWN(d) { unknown[d] = false; sends[d] = 0; repeats[d] = 0; why[d] = 0; restored[d] = false }
#endif

/* A refusal by the rate limit alone: the network may carry the call out all the same. */
inline SETTLE_LIMITED(d) {
#ifdef NO_WINDOW_AFTER_LIMIT
  MOVE(d, SENDING, SCHEDULED, RATE_LIMITED)
#else
  MOVE(d, SENDING, CHECKING, RATE_LIMITED); unknown[d] = true; sends[d] = 1; why[d] = RATE_LIMITED
#endif
}

/* Networks refuse before they act, so this search is only a net. */
inline SEARCH_AFTER_REFUSAL(p, d) {
#if defined(NO_SEARCH_AFTER_REFUSAL) || defined(TWO)
  skip
#else
  recheck[d] = recheck[d] || (!IS_EDIT(d) && (sent[d] & MINE(p)))
#endif
}

/* settle.settle, for everything but a success */
inline SETTLE_UNSUCCESSFUL(p, d) {
  if
#ifdef NO_EDIT_RULE
  :: unknown[d] || answer[p] == OUTCOME_UNKNOWN -> TO_CHECKING(d)
#else
  :: IS_EDIT(d) && answer[p] == OUTCOME_UNKNOWN -> GIVE_UP_OR_RETRY(p, d)
  :: !IS_EDIT(d) && (unknown[d] || answer[p] == OUTCOME_UNKNOWN) -> TO_CHECKING(d)
#endif
  :: !unknown[d] && answer[p] == BLOCKED ->
    if
    :: late[d] -> if :: MOVE(d, SENDING, EXPIRED, TOO_LATE) :: MOVE(d, SENDING, EXPIRED, NOT_APPROVED) fi
    :: !late[d] -> HOLD(d, SENDING)
    fi
  :: !unknown[d] && answer[p] == REFUSED -> /* which of the answers that rule out a post: any of them */
    if
    :: MOVE(d, SENDING, WAITING, NEEDS_CONSENT); SEARCH_AFTER_REFUSAL(p, d)
    :: finish[d] && token[d] -> MOVE(d, SENDING, PROCESSING, UNFINISHED)
    :: !(finish[d] && token[d]) -> MOVE(d, SENDING, SCHEDULED, RATE_LIMITED)
    :: GIVE_UP_OR_RETRY(p, d)
    :: MOVE(d, SENDING, FAILED, REJECTED); SEARCH_AFTER_REFUSAL(p, d)
    :: MOVE(d, SENDING, FAILED, PICTURE_MISSING)
    fi
#ifdef LIES
  :: !unknown[d] && answer[p] == LIED ->
    if
    :: MOVE(d, SENDING, WAITING, NEEDS_CONSENT); SEARCH_AFTER_REFUSAL(p, d)
    :: MOVE(d, SENDING, FAILED, REJECTED); SEARCH_AFTER_REFUSAL(p, d)
    fi
#endif
  :: !unknown[d] && answer[p] == LIMITED -> SETTLE_LIMITED(d)
  fi;
  CLOSE(d)
}

inline BIND(d, post) { remote[d] = post; KNOWN(d) }

/* settle._late: the sweeper has given the attempt up, and the call was successful after all */
inline LATE_SUCCESS(p, d) {
  if
  :: IS_EDIT(d) || TAKEN_BY_OTHER(named[p] - 1, d) -> skip
  :: else ->
    if
    :: state[d] == CHECKING -> MOVE(d, CHECKING, PUBLISHED, LATE_ANSWER); BIND(d, named[p])
    :: state[d] == UNCONFIRMED -> MOVE(d, UNCONFIRMED, PUBLISHED, LATE_ANSWER); BIND(d, named[p])
    :: SETTLED(d) && remote[d] != named[p] -> reported[named[p] - 1] = true
    :: else
    fi
  fi
}

#ifdef NO_CLOSE_ONCE
#define ATTEMPT_OPEN(p, d) true
#else
#define ATTEMPT_OPEN(p, d) (attempts[d] & MINE(p))
#endif
#ifdef NO_POLICY_AGAIN
#define ALLOWS_AGAIN(d) true
#else
#define ALLOWS_AGAIN(d) ALLOWS(d)
#endif
#ifdef NO_LEASE_CHECK
#define HAS_LEASE(p, d) true
#else
#define HAS_LEASE(p, d) (state[d] == SENDING && (attempts[d] & MINE(p)))
#endif
#if NETWORK == TWO_STEP
#define PREPARES(d) (!finish[d] && !IS_EDIT(d))
#else
#define PREPARES(d) false
#endif

inline CLAIM(p, d) {
  MOVE(d, SCHEDULED, SENDING, DUE);
#ifdef NO_CLAIM_LOCK
  attempts[d] = attempts[d] | MINE(p);
#else
  attempts[d] = MINE(p); sent[d] = 0;
#endif
  START(p, d)
}

/* claim._one: too late, or held back */
inline DO_NOT_CLAIM(d) {
  if
  :: late[d] -> if :: MOVE(d, SCHEDULED, EXPIRED, TOO_LATE) :: MOVE(d, SCHEDULED, EXPIRED, NOT_APPROVED) fi
  :: !late[d] -> HOLD(d, SCHEDULED)
  fi
}

/* PreSendCheck: the policy once more, and sent_at, in one committed transaction */
inline MARK(p, d) {
#ifndef NO_SENT_AT
  sent[d] = sent[d] | MINE(p);
#endif
  allowed[p] = ALLOWS(d) && state[d] == SENDING;
  pending[d]++; held[d]++;
  sends[d] = (unknown[d] && sends[d] < 3 -> sends[d] + 1 : sends[d]);
  repeats[d] = (unknown[d] && repeats[d] < 3 -> repeats[d] + 1 : repeats[d]);
#ifndef NO_FRESH_WINDOW
  if
  :: searching && searched == d -> decisive = false; FORGET_WITHOUT_EFFECT()
  :: else
  fi;
#endif
#if NETWORK == TWO_STEP
  box[p] = token[d]; finishing[token[d]] = true;
#endif
  at[p] = LEAVING
}

inline NOTHING_UNDER_WAY(d) {
#if NETWORK == TWO_STEP
  if
  :: pending[d] == 0 -> finishing[1] = false; finishing[2] = false
  :: else
  fi
#else
  skip
#endif
}

inline CALL(p, d) {
  held_back = held_back && allowed[p];
  assert(held_back);
  held[d]--;
  if
  :: COMMIT(d, opened[p], box[p], named[p]); pending[d]--;
    if
    :: named[p] == 0 || (IS_EDIT(d) && !live[named[p] - 1]) -> named[p] = 0; ANSWER(p, REFUSED)
    :: else ->
      if
      :: ANSWER(p, OK)
      :: named[p] = 0; ANSWER(p, OUTCOME_UNKNOWN)
      fi
    fi
  :: pending[d]--; ANSWER(p, REFUSED)
  :: ANSWER(p, OUTCOME_UNKNOWN) /* the network may carry it out later */
#if !defined(TWO) && !defined(LAG) && NETWORK != STORAGE
  :: ANSWER(p, LIMITED) /* here too */
#endif
#ifdef LIES
  :: !lied -> COMMIT(d, opened[p], box[p], named[p]); pending[d]--; lied = true; named[p] = 0; ANSWER(p, LIED)
#endif
  fi;
  NOTHING_UNDER_WAY(d)
}

/* Preparing a container publishes nothing, and takes long: the lease may be lost before its id is saved. */
#ifdef NO_CHECKPOINT_FENCE
#define MAY_SAVE(p, d) (state[d] == SENDING)
#else
#define MAY_SAVE(p, d) HAS_LEASE(p, d)
#endif
inline PREPARE(p, d) {
  if
  :: container[2] == 0 ->
    box[p] = (container[1] == 0 -> 1 : 2);
    container[box[p]] = 1; at[p] = SAVING
  :: ANSWER(p, REFUSED)
  :: ANSWER(p, OUTCOME_UNKNOWN)
  fi
}

/* PreSendCheck.save_checkpoint */
inline SAVE_CHECKPOINT(p, d) {
  if
  :: MAY_SAVE(p, d) -> token[d] = box[p];
    if
    :: ANSWER(p, ACCEPTED)
    :: ANSWER(p, OUTCOME_UNKNOWN)
    fi
  :: !MAY_SAVE(p, d) -> STOP(p)
  fi
}

inline SETTLE(p, d) {
#ifdef NO_SENT_AT
  sent[d] = (answer[p] == OUTCOME_UNKNOWN -> sent[d] | MINE(p) : sent[d]);
#endif
  if
  :: answer[p] == OK && TAKEN_BY_OTHER(named[p] - 1, d) && !IS_EDIT(d) -> named[p] = 0; answer[p] = OUTCOME_UNKNOWN
  :: else ->
    if
    :: STILL(d, SENDING) && ATTEMPT_OPEN(p, d) ->
      if
      :: answer[p] == OK && IS_EDIT(d) -> MOVE(d, SENDING, PUBLISHED, CHANGED); BIND(d, named[p]); CLOSE(d)
      :: answer[p] == OK && !IS_EDIT(d) -> MOVE(d, SENDING, PUBLISHED, SENT); BIND(d, named[p]); CLOSE(d)
      :: answer[p] == ACCEPTED -> MOVE(d, SENDING, PROCESSING, ACCEPTED); token[d] = box[p]; unknown[d] = false; CLOSE(d)
      :: else -> SETTLE_UNSUCCESSFUL(p, d)
      fi
    :: else -> if :: answer[p] == OK -> LATE_SUCCESS(p, d) :: else fi
    fi;
    STOP(p)
  fi
}

inline DIE(p, d) {
  COUNT_ACCIDENT;
  held[d] = (at[p] == LEAVING -> held[d] - 1 : held[d]);
  STOP(p)
}

#ifdef NO_CLAIM_LOCK
#define CLAIMS(p, d) \
  :: atomic { at[p] == IDLE && state[d] == SCHEDULED && ALLOWS(d) -> at[p] = CLAIMING; work[p] = d } \
  :: atomic { at[p] == CLAIMING && work[p] == d -> CLAIM(p, d) }
#else
#define CLAIMS(p, d) \
  :: atomic { at[p] == IDLE && state[d] == SCHEDULED && ALLOWS(d) -> CLAIM(p, d) }
#endif

#if NETWORK == TWO_STEP
#define SAVES(p, d) \
  :: atomic { at[p] == SAVING && work[p] == d -> SAVE_CHECKPOINT(p, d) }
#else
#define SAVES(p, d)
#endif

#define PUBLISHES(p, d) \
  CLAIMS(p, d) \
  SAVES(p, d) \
  :: atomic { state[d] == SCHEDULED && !ALLOWS(d) -> DO_NOT_CLAIM(d) } \
  :: atomic { state[d] == WAITING && late[d] -> EXPIRE_WAITING(d) } \
  :: atomic { at[p] == IDLE && state[d] == SENDING && attempts[d] == 1 -> attempts[d] = MINE(p); START(p, d) } \
  :: atomic { at[p] == TAKEN && work[p] == d && !HAS_LEASE(p, d) -> STOP(p) } \
  :: atomic { at[p] == TAKEN && work[p] == d && HAS_LEASE(p, d) && !PREPARES(d) && ALLOWS_AGAIN(d) -> MARK(p, d) } \
  :: atomic { at[p] == TAKEN && work[p] == d && HAS_LEASE(p, d) && !PREPARES(d) && !ALLOWS_AGAIN(d) -> ANSWER(p, BLOCKED) } \
  :: atomic { at[p] == TAKEN && work[p] == d && PREPARES(d) -> PREPARE(p, d) } \
  :: atomic { at[p] == TAKEN && work[p] == d && ACCIDENT -> COUNT_ACCIDENT; ANSWER(p, REFUSED) } \
  :: atomic { at[p] == LEAVING && work[p] == d -> CALL(p, d) } \
  :: atomic { at[p] == ANSWERED && work[p] == d -> SETTLE(p, d) } \
  :: atomic { at[p] != IDLE && work[p] == d && ACCIDENT -> DIE(p, d) }

active proctype Publisher0() {
  do
  PUBLISHES(0, 0)
#ifdef TWO
  PUBLISHES(0, 1)
#endif
  od
}

#ifndef ONE_PUBLISHER
active proctype Publisher1() {
  do
  PUBLISHES(1, 0)
#ifdef TWO
  PUBLISHES(1, 1)
#endif
  od
}
#endif

/* ---- the sweeper: sweep.py. A lease may run out at any moment, also that of a publisher that is alive. */

#define HOLDER_LIVES(d) ((attempts[d] & 1) || (at[0] != IDLE && work[0] == d) || (at[1] != IDLE && work[1] == d))

inline SWEEP(d) {
  if
  :: HOLDER_LIVES(d) -> COUNT_ACCIDENT
  :: else
  fi;
  if
#ifdef NO_EDIT_RULE
  :: sent[d] -> MOVE(d, SENDING, CHECKING, WORKER_DIED); sends[d] = (unknown[d] -> sends[d] : 1); unknown[d] = true; why[d] = 0
#else
  :: sent[d] && IS_EDIT(d) -> MOVE(d, SENDING, SCHEDULED, UNANSWERED)
  :: sent[d] && !IS_EDIT(d) -> MOVE(d, SENDING, CHECKING, WORKER_DIED); sends[d] = (unknown[d] -> sends[d] : 1); unknown[d] = true
#endif
#ifndef NO_UNKNOWN_KEPT
  :: !sent[d] && unknown[d] -> TO_CHECKING(d)
  :: !sent[d] && !unknown[d] && finish[d] && token[d] -> MOVE(d, SENDING, PROCESSING, UNFINISHED)
  :: !sent[d] && !unknown[d] && !(finish[d] && token[d]) -> MOVE(d, SENDING, SCHEDULED, NEVER_SENT)
#else
  :: !sent[d] -> unknown[d] = false; MOVE(d, SENDING, SCHEDULED, NEVER_SENT)
#endif
  fi;
  CLOSE(d)
}

inline WAKE(d) {
  if
  :: MOVE(d, WAITING, SCHEDULED, RECOVERED)
  :: MOVE(d, WAITING, SCHEDULED, RESUMED)
  fi
}

#define SWEEPS(d) \
  :: atomic { state[d] == SENDING && attempts[d] && (ACCIDENT || !HOLDER_LIVES(d)) -> SWEEP(d) } \
  :: atomic { state[d] == WAITING && ALLOWS(d) -> WAKE(d) }

active proctype Sweeper() {
  do
  SWEEPS(0)
#ifdef TWO
  SWEEPS(1)
#endif
  od
}

/* ---- the reconciler: reconcile.py, check_status.py, duplicates.py */

inline SEARCH(d) {
  searching = true; searched = d; decisive = WINDOW_OVER(d);
  if
  :: SHOWS(0, d) -> result = FOUND; result_post = 1
  :: SHOWS(1, d) -> result = FOUND; result_post = 2
  :: SHOWS(2, d) -> result = FOUND; result_post = 3
  :: !SHOWN(d) && container[token[d]] != 1 -> result = ABSENT
  :: container[token[d]] == 1 -> result = READY /* the container is asked about, not the list */
  :: result = CANNOT_TELL
  :: result = ERROR
  fi;
#ifdef LAG
  there[d] = there[d] || (why[d] == NOT_THERE && SHOWN(d));
#endif
  FORGET_WITHOUT_EFFECT()
}

#ifdef NO_ONCE_MORE
#define FIRST_REPEAT(d) true
#else
#define FIRST_REPEAT(d) (sends[d] == 1)
#endif
#ifdef NO_RESTORED_RULE
#define KNOWN_PAST(d) true
#else
#define KNOWN_PAST(d) (!restored[d])
#endif
#ifdef NO_POLICY_OF_REPEAT
#define ALLOWS_REPEAT(d) true
#else
#define ALLOWS_REPEAT(d) ALLOWS(d)
#endif

/* An assumption: while a container is ready, no earlier call to publish it is under way. */
#ifdef NO_READY_WINDOW
#define READY_COUNTS true
#else
#define READY_COUNTS decisive
#endif

/* A person's answer leads to a call or a new time. */
#ifdef NO_RECHECK_AFTER_PERSON
#define RECHECK(d) recheck[d]
#else
#define RECHECK(d) true
#endif
inline CONSENT(d) {
  searched_before_sending = searched_before_sending && !THERE(d);
  assert(searched_before_sending);
  consented[d]++; recheck[d] = RECHECK(d);
  KNOWN(d)
}

inline ASK(d) {
  if
  :: result == ABSENT -> MOVE(d, CHECKING, UNCONFIRMED, ABSENT)
  :: result != ABSENT -> MOVE(d, CHECKING, UNCONFIRMED, CANNOT_TELL)
  fi;
  why[d] = 0
}

/* reconcile._after_answer: one search, whatever it says */
inline AFTER_ANSWER(d) {
  if
  :: result == ABSENT && restored[d] -> MOVE(d, CHECKING, SCHEDULED, NOT_THERE); CONSENT(d) /* its time is to come */
  :: result == ABSENT && !late[d] && !paused && !restore_pause ->
    MOVE(d, CHECKING, SENDING, NOT_THERE); attempts[d] = 1; sent[d] = 0;
#if NETWORK != STORAGE
    asked_in_time = asked_in_time && pending[d] == 0;
    assert(asked_in_time);
#endif
    CONSENT(d)
  :: result != ABSENT || late[d] || paused || restore_pause -> ASK(d)
  fi
}

inline SETTLE_SEARCH(d) {
  if
  :: !UNKNOWN(d) -> skip
  :: result == FOUND && TAKEN_BY_OTHER(result_post - 1, d) -> skip
  :: state[d] == CHECKING && result == FOUND && !TAKEN_BY_OTHER(result_post - 1, d) -> MOVE(d, CHECKING, PUBLISHED, FOUND); BIND(d, result_post)
  :: state[d] == UNCONFIRMED && result == FOUND && !TAKEN_BY_OTHER(result_post - 1, d) -> MOVE(d, UNCONFIRMED, PUBLISHED, FOUND); BIND(d, result_post)
  :: why[d] == NOT_THERE && decisive && result != FOUND -> AFTER_ANSWER(d)
  :: state[d] == CHECKING && why[d] != NOT_THERE && result == READY && READY_COUNTS && KNOWN_PAST(d) -> MOVE(d, CHECKING, PROCESSING, UNFINISHED); KNOWN(d)
  :: state[d] == UNCONFIRMED && result == READY && READY_COUNTS && KNOWN_PAST(d) -> MOVE(d, UNCONFIRMED, PROCESSING, UNFINISHED); KNOWN(d)
  :: state[d] == CHECKING && why[d] != NOT_THERE && decisive && result != FOUND && result != READY ->
    if
    :: why[d] == RATE_LIMITED && result == ABSENT ->
      MOVE(d, CHECKING, SCHEDULED, RATE_LIMITED); KNOWN(d); recheck[d] = true
    :: !(why[d] == RATE_LIMITED && result == ABSENT) && MAY_RESEND(d) && result != ERROR && FIRST_REPEAT(d) && ALLOWS_REPEAT(d) && KNOWN_PAST(d) ->
      MOVE(d, CHECKING, SENDING, REPEATED); attempts[d] = 1; sent[d] = 0; why[d] = 0; recheck[d] = true
    :: else ->
      if
      :: MAY_RESEND(d) && result == ERROR && !late[d]
      :: else -> ASK(d)
      fi
    fi
  :: else
  fi;
  FORGET_SEARCH()
}

inline CHECK_STATUS(d) {
  if
  :: container[token[d]] == 2 -> MOVE(d, PROCESSING, PUBLISHED, SENT); BIND(d, holds[token[d]])
  :: container[token[d]] == 2 -> MOVE(d, PROCESSING, CHECKING, OUTCOME_UNKNOWN); unknown[d] = true; sends[d] = 1
  :: late[d] -> MOVE(d, PROCESSING, CHECKING, NO_VERDICT); unknown[d] = true; sends[d] = 1
  :: container[token[d]] == 1 -> container[token[d]] = 3; MOVE(d, PROCESSING, FAILED, REJECTED)
  :: container[token[d]] == 1 -> MOVE(d, PROCESSING, SENDING, PREPARED); attempts[d] = 1; sent[d] = 0; finish[d] = true
  :: container[token[d]] == 3 && !retried[d] -> MOVE(d, PROCESSING, SCHEDULED, CONTAINER_EXPIRED); token[d] = 0; retried[d] = true
  :: container[token[d]] == 3 && retried[d] -> MOVE(d, PROCESSING, FAILED, TRIES_USED_UP)
  fi
}

/* A second post is reported, and so is the own one where it is back after it was taken down. */
#ifdef TWIN
#define ITS_TEXT(i, d) true
#else
#define ITS_TEXT(i, d) (origin[i] == (d))
#endif
#define IS_DUPLICATE(i, d) (live[i] && LISTED(i) && ITS_TEXT(i, d) && i < made && !reported[i] && \
  !BOUND_TO_OTHER(i, d) && (remote[d] != i + 1 || REAPPEARED(d)))
#ifdef NO_REAPPEARED
#define REAPPEARED(d) false
#else
#define REAPPEARED(d) (state[d] == WITHDRAWN || state[d] == MISSING)
#endif

inline SEARCH_FOR_DUPLICATES(d) {
  if
  :: IS_DUPLICATE(0, d) -> reported[0] = true
  :: IS_DUPLICATE(1, d) -> reported[1] = true
  :: IS_DUPLICATE(2, d) -> reported[2] = true
  :: else -> recheck[d] = (pending[d] > 0 || HIDDEN(d))
  fi
}
#define DUPLICATE_DUE(d) (recheck[d] && SETTLED(d) && ((pending[d] == 0 && !HIDDEN(d)) || IS_DUPLICATE(0, d) || IS_DUPLICATE(1, d) || IS_DUPLICATE(2, d)))

/* verify.py: an unsent one is public all the same, after a refusal or since the backup. One step: after the commit window
   nothing happens on the network between the search and its transaction. */
#ifdef NO_WINDOW_AFTER_RESTORE
#define VERIFY_DUE(d) (recheck[d] && UNSENT(d) && !IS_EDIT(d))
#else
#define VERIFY_DUE(d) (recheck[d] && UNSENT(d) && !IS_EDIT(d) && ((pending[d] == 0 && !HIDDEN(d)) || SHOWN(d)))
#endif

inline FIND_UNSENT(d, post) {
  if
  :: state[d] == WAITING -> MOVE(d, WAITING, PUBLISHED, FOUND)
  :: state[d] == SCHEDULED -> MOVE(d, SCHEDULED, PUBLISHED, FOUND)
  :: state[d] == EXPIRED -> MOVE(d, EXPIRED, PUBLISHED, FOUND)
  :: state[d] == FAILED -> MOVE(d, FAILED, PUBLISHED, FOUND)
  fi;
  BIND(d, post) /* a second one may be public, so it is searched for again */
}

#ifdef RESTORE
inline VERIFY() { restored[0] = true; unknown[0] = true; why[0] = 0; CLOSE(0) }

inline ASK_RESTORED() {
  VERIFY();
  if
  :: state[0] == WAITING -> MOVE(0, WAITING, UNCONFIRMED, RESTORED)
  :: state[0] == SCHEDULED -> MOVE(0, SCHEDULED, UNCONFIRMED, RESTORED)
  :: state[0] == EXPIRED -> MOVE(0, EXPIRED, UNCONFIRMED, RESTORED)
  :: state[0] == FAILED -> MOVE(0, FAILED, UNCONFIRMED, RESTORED)
  fi
}
#endif

inline SEARCH_FOR_UNSENT(d) {
  if
  :: SHOWS(0, d) -> FIND_UNSENT(d, 1)
  :: SHOWS(1, d) -> FIND_UNSENT(d, 2)
  :: SHOWS(2, d) -> FIND_UNSENT(d, 3)
  :: !SHOWN(d) -> recheck[d] = false; KNOWN(d)
#ifdef RESTORE
  :: restored[d] -> recheck[d] = false; ASK_RESTORED() /* the network cannot be searched */
#endif
  fi
}

#define RECONCILES(d) \
  :: atomic { !searching && UNKNOWN(d) -> SEARCH(d) } \
  :: atomic { searching && searched == d -> SETTLE_SEARCH(d) } \
  :: atomic { state[d] == PROCESSING && (late[d] || container[token[d]] != 0) -> CHECK_STATUS(d) } \
  :: atomic { DUPLICATE_DUE(d) -> SEARCH_FOR_DUPLICATES(d) } \
  :: atomic { VERIFY_DUE(d) -> SEARCH_FOR_UNSENT(d) }

active proctype Reconciler() {
  do
  RECONCILES(0)
#ifdef TWO
  RECONCILES(1)
#endif
  od
}

/* ---- a person: answer.py, cancel.py, withdraw.py. The page may show a state that has passed. */

inline LINK(d) {
  if
  :: SHOWS(0, d) && !TAKEN_BY_OTHER(0, d) -> BIND(d, 1)
  :: SHOWS(1, d) && !TAKEN_BY_OTHER(1, d) -> BIND(d, 2)
  :: SHOWS(2, d) && !TAKEN_BY_OTHER(2, d) -> BIND(d, 3)
  fi
}

/* With a new time it may go out again. */
inline AGAIN(d) { late[d] = false; retried[d] = false }

/* A page may show a state that has passed. `move` then does nothing, as if the person had not acted, so what the page
   shows needs to be remembered only where that guard is removed. */
#ifdef NO_STATE_IN_WHERE
#define PERSON_SEES(d, what) (seen == what && seen_of == d)
#define PERSON(d) \
  :: atomic { !seen && ANSWERABLE(d) -> seen = state[d]; seen_of = d } \
  :: atomic { seen && seen_of == d -> ACT(d) }
#else
#define PERSON_SEES(d, what) (state[d] == what)
#ifdef LIVENESS
/* A person who sends what waits again and again is asked again and again. */
#define PERSON(d) :: atomic { ANSWERABLE(d) && state[d] != WAITING -> ACT(d) }
#else
#define PERSON(d) :: atomic { ANSWERABLE(d) -> ACT(d) }
#endif
#endif

/* Not modelled: giving one of two equal texts up while both are unknown (docs/model.md, "Limits"). */
#if defined(TWIN)
#define GIVES_UP false
#else
#define GIVES_UP true
#endif

#ifdef LAG
#define ERRS true
#else
#define ERRS false
#endif

inline ACT(d) {
  if
  :: PERSON_SEES(d, WAITING) ->
    if
    :: late[d] -> MOVE(d, WAITING, EXPIRED, NOT_APPROVED)
    :: !late[d] -> MOVE(d, WAITING, SCHEDULED, APPROVED)
    :: MOVE(d, WAITING, SCHEDULED, STILL_SEND); AGAIN(d)
    :: MOVE(d, WAITING, SCHEDULED, TIME_CHOSEN); AGAIN(d)
    :: MOVE(d, WAITING, CANCELLED, CANCELLED)
    :: MOVE(d, WAITING, CANCELLED, DROPPED)
    fi
  :: PERSON_SEES(d, SCHEDULED) ->
    if
    :: MOVE(d, SCHEDULED, CANCELLED, CANCELLED)
    :: MOVE(d, SCHEDULED, CANCELLED, DROPPED)
    fi
  :: PERSON_SEES(d, EXPIRED) ->
    if
    :: MOVE(d, EXPIRED, SCHEDULED, TIME_CHOSEN); AGAIN(d)
    :: MOVE(d, EXPIRED, CANCELLED, CANCELLED)
    :: MOVE(d, EXPIRED, CANCELLED, DROPPED)
    fi
  :: PERSON_SEES(d, FAILED) ->
    if
    :: MOVE(d, FAILED, SCHEDULED, SENT_AGAIN); AGAIN(d)
    :: MOVE(d, FAILED, CANCELLED, CANCELLED)
    :: MOVE(d, FAILED, CANCELLED, DROPPED)
    fi
  :: PERSON_SEES(d, CHECKING) ->
    if
    :: skip
    :: SHOWN(d) -> LINK(d); MOVE(d, CHECKING, PUBLISHED, LINK_GIVEN)
    :: GIVES_UP -> MOVE(d, CHECKING, CANCELLED, CANCELLED); recheck[d] = RECHECK(d); why[d] = 0
    :: GIVES_UP -> MOVE(d, CHECKING, CANCELLED, DROPPED); recheck[d] = RECHECK(d); why[d] = 0
    fi
  :: PERSON_SEES(d, UNCONFIRMED) ->
    if
    :: skip
    :: SHOWN(d) -> LINK(d); MOVE(d, UNCONFIRMED, PUBLISHED, LINK_GIVEN)
    :: (!SHOWN(d) || ERRS) && consented[d] < CONSENTS ->
#if NETWORK != STORAGE
      asked_in_time = asked_in_time && (pending[d] == 0 || restored[d]);
      assert(asked_in_time);
#endif
#ifdef LAG
      there[d] = SHOWN(d);
#endif
      AGAIN(d);
      if
#ifdef NO_SEARCH_BEFORE_SENDING
      :: MOVE(d, UNCONFIRMED, SCHEDULED, NOT_THERE); CONSENT(d)
#else
      :: restored[d] -> MOVE(d, UNCONFIRMED, SCHEDULED, NOT_THERE); CONSENT(d) /* the network cannot be searched */
      :: MOVE(d, UNCONFIRMED, CHECKING, NOT_THERE); why[d] = NOT_THERE;
#ifndef NO_FRESH_ANSWER
        if /* a search that began before the answer */
        :: searching && searched == d && result != FOUND -> FORGET_SEARCH()
        :: else
        fi
#endif
#endif
      fi
    :: GIVES_UP -> MOVE(d, UNCONFIRMED, CANCELLED, CANCELLED); recheck[d] = RECHECK(d)
    :: GIVES_UP -> MOVE(d, UNCONFIRMED, CANCELLED, DROPPED); recheck[d] = RECHECK(d)
    fi
#ifdef REMOVAL
  :: PERSON_SEES(d, PUBLISHED) && !IS_EDIT(d) -> removal[d] = true; requested[d] = true
#endif
  :: else
  fi;
  seen = 0; seen_of = 0
}

#define ANSWERABLE(d) (state[d] == WAITING || state[d] == SCHEDULED || state[d] == EXPIRED || state[d] == FAILED || \
  UNKNOWN(d) || (REMOVABLE && state[d] == PUBLISHED && !removal[d]))
#ifdef REMOVAL
#define REMOVABLE true
#else
#define REMOVABLE false
#endif

active proctype Person() {
  do
  PERSON(0)
#ifdef TWO
  PERSON(1)
#endif
  od
}

/* ---- take_down.py, missing.py, and deletions of the post on the network itself */

#ifdef REMOVAL
#ifdef NO_REQUEST
#define REQUESTED(d) true
#else
#define REQUESTED(d) removal[d]
#endif

inline DROP_EDITS() {
#ifdef EDIT
  if
  :: state[1] == WAITING -> MOVE(1, WAITING, CANCELLED, CANCELLED)
  :: state[1] == SCHEDULED -> MOVE(1, SCHEDULED, CANCELLED, CANCELLED)
  :: state[1] == EXPIRED -> MOVE(1, EXPIRED, CANCELLED, CANCELLED)
  :: state[1] == FAILED -> MOVE(1, FAILED, CANCELLED, CANCELLED)
  :: else
  fi
#else
  skip
#endif
}

inline TAKE_DOWN(d) {
  removed_on_request = removed_on_request && requested[d];
  assert(removed_on_request);
  live[remote[d] - 1] = false;
  if
  :: MOVE(d, PUBLISHED, WITHDRAWN, TAKEN_DOWN); DROP_EDITS()
  :: skip /* the answer was lost; taking down twice does no harm */
  fi
}

inline GONE_MISSING(d) {
  if
  :: removal[d] -> MOVE(d, PUBLISHED, WITHDRAWN, TAKEN_DOWN)
  :: !removal[d] -> MOVE(d, PUBLISHED, MISSING, GONE)
  fi;
  DROP_EDITS()
}

active proctype Remover() {
  do
  :: atomic { state[0] == PUBLISHED && REQUESTED(0) && !restore_pause -> TAKE_DOWN(0) }
  :: atomic { state[0] == PUBLISHED && remote[0] && !live[remote[0] - 1] -> GONE_MISSING(0) }
  :: atomic { state[0] == PUBLISHED && remote[0] && live[remote[0] - 1] && DELIVERIES == 1 && made < 2 -> live[remote[0] - 1] = false }
  od
}
#endif

/* ---- time: what a call still may do happens or never will; not_after passes; keys are forgotten */

inline CARRY_OUT(d) {
  byte ignored;
  if
#if NETWORK == TWO_STEP
  :: finishing[1] -> COMMIT(d, CHANNEL(d) + 1, 1, ignored)
  :: finishing[2] -> COMMIT(d, CHANNEL(d) + 1, 2, ignored)
#else
  :: COMMIT(d, CHANNEL(d) + 1, 0, ignored)
#endif
  :: skip /* never */
  fi;
  pending[d]--; ignored = 0;
  NOTHING_UNDER_WAY(d)
}

active proctype Network() {
  do
  :: atomic { pending[0] > held[0] -> CARRY_OUT(0) }
#ifdef TWO
  :: atomic { pending[1] > held[1] -> CARRY_OUT(1) }
#endif
#if NETWORK == TWO_STEP
  /* A container lapses; the two of the same delivery differ in nothing else. */
  :: atomic { container[1] == 1 -> container[1] = 3 }
  :: atomic { container[2] == 1 -> container[2] = 3 }
#endif
#if NETWORK == KEYS
  /* RESEND_WITHIN and a commit window are shorter than the memory of the network. */
#ifdef NO_KEY_LIFE
  :: atomic { !key_lost[0] && stored[0] -> key_lost[0] = true }
#else
  :: atomic { !key_lost[0] && stored[0] && pending[0] == 0 && !(state[0] == SENDING && unknown[0]) && !searching -> key_lost[0] = true }
#endif
#endif
  od
}

#ifdef LAG
active proctype Lists() {
  do
  :: atomic { unlisted[0] -> unlisted[0] = false }
  :: atomic { unlisted[1] -> unlisted[1] = false }
  :: atomic { unlisted[2] -> unlisted[2] = false }
  od
}
#endif

active proctype Clock() {
  do
  :: atomic { !late[0] -> late[0] = true }
#ifdef TWO
  :: atomic { !late[1] -> late[1] = true }
#endif
  od
}

#ifdef PAUSES
active proctype Pauses() {
  do
  :: paused = !paused
  od
}
#endif

/* ---- a backup is made, and restored later. Everything that runs is stopped for it; the network forgets nothing. */

#ifdef RESTORE
mtype b_state; bool b_unknown; byte b_attempts; byte b_sent; bool b_finish; byte b_sends; bool b_recheck; byte b_remote;
bool b_removal; byte b_token; bool b_retried; byte b_reported;
byte backup; /* 0 not made, 1 made, 2 restored */

inline SAVE() {
  backup = 1;
  b_state = state[0]; b_unknown = unknown[0]; b_attempts = attempts[0]; b_sent = sent[0]; b_finish = finish[0];
  b_sends = sends[0]; b_recheck = recheck[0]; b_remote = remote[0]; b_removal = removal[0]; b_token = token[0];
  b_retried = retried[0];
  b_reported = reported[0] + 2 * reported[1] + 4 * reported[2]
}

inline BRING_BACK() {
  backup = 2;
  held[0] = 0; STOP(0); STOP(1);
  searching = false; searched = 0; decisive = false; result = 0; result_post = 0; seen = 0; seen_of = 0;
  state[0] = b_state; unknown[0] = b_unknown; attempts[0] = b_attempts; sent[0] = b_sent; finish[0] = b_finish;
  sends[0] = b_sends; recheck[0] = b_recheck; remote[0] = b_remote; removal[0] = b_removal; token[0] = b_token;
  retried[0] = b_retried;
  reported[0] = b_reported & 1; reported[1] = (b_reported >> 1) & 1; reported[2] = (b_reported >> 2) & 1;
  b_state = 0; b_unknown = 0; b_attempts = 0; b_sent = 0; b_finish = 0; b_sends = 0; b_recheck = 0; b_remote = 0;
  b_removal = 0; b_token = 0; b_retried = 0; b_reported = 0;
#ifndef NO_RESTORE_PAUSE
  restore_pause = true;
#endif
#ifndef NO_VERIFY_FIRST
  if
  :: state[0] == SENDING -> VERIFY(); MOVE(0, SENDING, UNCONFIRMED, RESTORED)
  :: state[0] == PROCESSING -> VERIFY(); MOVE(0, PROCESSING, UNCONFIRMED, RESTORED)
  :: state[0] == CHECKING -> VERIFY(); MOVE(0, CHECKING, UNCONFIRMED, RESTORED)
  :: state[0] == UNCONFIRMED -> restored[0] = true
#ifdef NO_VERIFY_FAILED
  :: state[0] == FAILED
#else
  :: state[0] == FAILED -> ASK_RESTORED()
#endif
  :: UNSENT(0) && state[0] != FAILED -> ASK_RESTORED() /* it was due before the restore */
#ifdef NO_VERIFY_LATER
  :: UNSENT(0)
#else
  :: UNSENT(0) -> restored[0] = true; recheck[0] = true /* it is due later: the mark alone */
#endif
  :: else
  fi
#endif
}

active proctype Administrator() {
  do
  :: atomic { backup == 0 -> SAVE() }
  :: atomic { backup == 1 -> BRING_BACK() }
  :: atomic { restore_pause -> restore_pause = false }
  od
}
#endif

#ifdef EDIT
init { atomic { MAKE_POST(0, 1); remote[0] = 1; state[0] = PUBLISHED; state[1] = SCHEDULED } }
#endif

/* ---- the properties */

#define ONCE(i, j, d) (i < made && j < made && origin[i] == d && origin[j] == d)
#define POSTS_OF(d) ((0 < made && origin[0] == d) + (1 < made && origin[1] == d) + (2 < made && origin[2] == d))

#define BEING_CHECKED(d) ((state[d] == SENDING && (sent[d] || unknown[d])) || state[d] == PROCESSING || UNKNOWN(d) || recheck[d])
#define IS_BOUND(i) ((remote[0] == i + 1 && state[0] == PUBLISHED) || BOUND_TO_SECOND(i))
#ifdef TWIN
#define BOUND_TO_SECOND(i) (remote[1] == i + 1 && state[1] == PUBLISHED)
#else
#define BOUND_TO_SECOND(i) (DELIVERIES == 2 && !IS_EDIT(1) && remote[DELIVERIES - 1] == i + 1 && state[DELIVERIES - 1] == PUBLISHED)
#endif
/* Of two deliveries with one text, it makes no difference which of them finds it. */
#ifdef TWIN
#define CHECKED_FOR(i) (BEING_CHECKED(0) || BEING_CHECKED(1))
#else
#define CHECKED_FOR(i) BEING_CHECKED(origin[i])
#endif
/* `held` calls are still with their publisher, whose attempt says so. */
#define REMEMBERED(i) (i >= made || !live[i] || reported[i] || IS_BOUND(i) || CHECKED_FOR(i))
#define PENDING_REMEMBERED(d) (pending[d] == 0 || IS_EDIT(d) || state[d] == PUBLISHED || BEING_CHECKED(d))
#define ON_OWN_CHANNEL(i) (i >= made || place[i] == CHANNEL(origin[i]) + 1)
#define TRULY_PUBLIC(d) (state[d] != PUBLISHED || (remote[d] && remote[d] <= made && place[remote[d] - 1] == CHANNEL(d) + 1))

#ifdef TWO
#define BOTH(p) (p(0) && p(1))
#define DIFFERENT (IS_EDIT(1) || state[0] != PUBLISHED || state[1] != PUBLISHED || remote[0] != remote[1])
#else
#define BOTH(p) (p(0))
#define DIFFERENT true
#endif
#define WITHIN_CONSENT(d) (POSTS_OF(d) <= 1 + consented[d] + LIES_TOLD)
#define REPEATED_ONCE(d) (repeats[d] <= 1)
#define EDIT_KNOWN(d) (!IS_EDIT(d) || !(unknown[d] || UNKNOWN(d)))

active proctype Monitor() {
  do
  :: atomic { !BOTH(WITHIN_CONSENT) -> published_once = false; assert(published_once) }
  :: atomic { !(REMEMBERED(0) && REMEMBERED(1) && REMEMBERED(2) && BOTH(PENDING_REMEMBERED)) ->
       not_forgotten = false; assert(not_forgotten) }
  :: atomic { !(ON_OWN_CHANNEL(0) && ON_OWN_CHANNEL(1) && ON_OWN_CHANNEL(2)) ->
       own_channel = false; assert(own_channel) }
  :: atomic { !(BOTH(TRULY_PUBLIC) && DIFFERENT) -> published_is_public = false; assert(published_is_public) }
  :: atomic { !BOTH(REPEATED_ONCE) -> repeated_once = false; assert(repeated_once) }
  :: atomic { !BOTH(EDIT_KNOWN) -> edit_never_unknown = false; assert(edit_never_unknown) }
  od
}

#define ENDS_OR_ASKS(d) (SETTLED(d) || state[d] == FAILED || state[d] == EXPIRED || state[d] == UNCONFIRMED)
#ifdef LIVENESS
ltl ends_or_asks { [] <> ENDS_OR_ASKS(DELIVERIES - 1) }
#endif

