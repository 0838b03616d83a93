-- What was given back, unit by unit (rule.unit_void and all below it: 18_credit, 19_settlement, 19_owed, 20_refund), over a small ledger. Each sale is a case and is
-- called by what it shows; a day is one of April 2026. `units` are the nets of the units of its one line; its `due` what is expected of each: why and from which day,
-- '' for nothing.
CREATE FUNCTION pg_temp.april(day numeric) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$ SELECT timestamptz '2026-03-31 00:00Z' + day * interval '1 day' $$;
CREATE TEMP TABLE sale (name text PRIMARY KEY, status text, total bigint, refunded bigint, units bigint[], due text[], id bigint);
INSERT INTO sale VALUES
('nothing was given back',                                  'paid', 100, 0, '{50,50}', '{"",""}'),
('in full, once all of it is',                              'paid', 100, 110, '{50,50}', '{refund 5,refund 5}'),
('in full and no more',                                     'paid', 100, 100, '{50,50}', '{refund 5,refund 5}'),
('what came back in part is goodwill',                      'paid', 100, 50, '{50,50}', '{"",""}'),
('what came back is not refunded, although nothing was paid', 'paid', 0, 0, '{0,0}', '{"",""}'),
('of what was free the first cent is all',                  'paid', 0, 1, '{0,0}', '{refund 5,refund 5}'),
('a unit alone, when its price is reached',                 'paid', 100, 90, '{80}', '{refund 5}'),
('a unit alone, its price exactly',                         'paid', 100, 80, '{80}', '{refund 5}'),
('a unit alone, less than its price',                       'paid', 100, 79, '{80}', '{""}'),
('a unit alone that came back in part',                     'paid', 100, 40, '{80}', '{""}'),
('a free unit alone, the first cent of its shipping',       'paid', 20, 1, '{0}', '{refund 5}'),
('a free unit alone whose shipping came back',              'paid', 20, 0, '{0}', '{""}'),
('one that is gone leaves the other alone',                 'paid', 100, 50, '{50,50}', '{refund 5,gone}'),
('one of two, nobody knows which',                          'paid', 100, 50, '{50,50}', '{"",""}'),
('the unit that is named, once its price is reached',       'paid', 100, 60, '{50,50}', '{"",refund 6}'),
('the unit that is named, its price exactly',               'paid', 100, 50, '{50,50}', '{"",refund 5}'),
('a free unit that is named',                               'paid', 50, 1, '{50,0}', '{"",refund 5}'),
('a unit that is named and came back',                      'paid', 100, 0, '{50,50}', '{"",""}'),
('what came back of what was free, and it ended',           'paid', 0, 0, '{0,0}', '{subscription 9,subscription 9}'),
('what came back of what was free and alone, and it ended', 'paid', 20, 0, '{0}', '{subscription 9}'),
('a free unit that is named came back, and it ended',        'paid', 50, 0, '{50,0}', '{subscription 9,subscription 9}'),
('a dispute over nothing lost, and it ended',               'paid', 0, 0, '{0,0}', '{subscription 9,subscription 9}'),
('in full, and one is gone',                                'paid', 100, 100, '{50,50}', '{refund 5,gone}'),
('cancelled',                                               'cancelled', 100, 0, '{100}', '{cancelled 3}'),
('cancelled again',                                         'cancelled', 100, 0, '{100}', '{cancelled 4}'),
('cancelled and back',                                      'paid', 100, 1, '{100}', '{""}'),
('cancelled after a person ended it',                       'cancelled', 100, 0, '{100}', '{cancelled 2}'),
('a person ended what vanished',                            'paid', 100, 0, '{100}', '{cancelled 2}'),
('a person kept what vanished',                             'paid', 100, 1, '{100}', '{""}'),
('payment taken back',                                      'unpaid', 100, 0, '{100}', '{unpaid 6}'),
('payment taken back and paid again',                       'paid', 100, 1, '{100}', '{""}'),
('credited and refunded in full',                           'paid', 100, 100, '{50,50}', '{refund 4,refund 4}'),
('credited in full, the rest later',                        'paid', 100, 0, '{50,50}', '{refund 6,refund 6}'),
('credited in part',                                        'paid', 100, 0, '{50,50}', '{"",""}'),
('free, and credited',                                      'paid', 0, 0, '{0,0}', '{refund 6,refund 6}'),
('credited by a test',                                      'paid', 100, 0, '{50,50}', '{"",""}'),
('credited in another currency',                            'paid', 100, 0, '{50,50}', '{"",""}'),
('credited by a note whose money is booked here',           'paid', 100, 0, '{50,50}', '{refund 4,refund 4}'),
('credited by a test whose money is booked here',           'paid', 100, 0, '{50,50}', '{"",""}'),
('named by a note whose money is booked elsewhere',         'paid', 100, 0, '{50,50}', '{"",""}'),
('the last seats first',                                    'paid', 500, 0, '{100,100,100,100,100}', '{"",refund 4,refund 4,refund 2,refund 2}'),
('seats of half a quantity',                                'paid', 200, 0, '{100,100}', '{"",""}'),
('a seat more, not less',                                   'paid', 200, 0, '{100,100}', '{"",""}'),
('a seat of a line of the note that is gone',               'paid', 200, 0, '{100,100}', '{"",""}'),
('a seat of a note that names no line',                     'paid', 200, 0, '{100,100}', '{"",""}'),
('a seat that is gone',                                     'paid', 200, 0, '{100,100}', '{"",gone}'),
('a seat more, and then one less',                          'paid', 200, 0, '{100,100}', '{"",refund 4}'),
('credited by what is no note',                             'paid', 100, 0, '{50,50}', '{"",""}'),
('credited by what is no note, and booked here',            'paid', 100, 0, '{50,50}', '{"",""}'),
('goodwill of one of two',                                  'paid', 200, 0, '{100,100}', '{"",""}'),
('goodwill of one unit',                                    'paid', 100, 0, '{100}', '{""}'),
('a note''s money for the seat that it names',              'paid', 200, 100, '{100,100}', '{"",refund 3}'),
('a note''s money for another seat than it names now',      'paid', 300, 100, '{100,100,100}', '{"","",refund 5}'),
('lost in full',                                            'paid', 100, 0, '{50,50}', '{dispute 6,dispute 6}'),
('lost in part',                                            'paid', 100, 0, '{50,50}', '{"",""}'),
('lost and refunded, in full together',                     'paid', 100, 40, '{50,50}', '{dispute 6,dispute 6}'),
('lost twice, in full together',                            'paid', 100, 0, '{50,50}', '{dispute 8,dispute 8}'),
('lost more than all',                                      'paid', 100, 0, '{50,50}', '{dispute 6,dispute 6}'),
('one cent, lost',                                          'paid', 1, 0, '{1,0}', '{dispute 6,dispute 6}'),
('won',                                                     'paid', 100, 0, '{50,50}', '{"",""}'),
('open',                                                    'paid', 100, 0, '{50,50}', '{"",""}'),
('free, and a dispute over nothing lost',                   'paid', 0, 0, '{0,0}', '{"",""}'),
('open twice, since the first',                             'paid', 100, 0, '{50,50}', '{"",""}'),
('one won, one open',                                       'paid', 100, 0, '{50,50}', '{"",""}'),
('one lost, one open',                                      'paid', 100, 0, '{50,50}', '{"",""}'),
('its payment is disputed',                                 'paid', 100, 0, '{100}', '{""}'), ('payment of: its payment is disputed', 'paid', 100, 0, '{}', '{}'),
('its payment was lost',                                    'paid', 100, 0, '{100}', '{""}'), ('payment of: its payment was lost', 'paid', 100, 0, '{}', '{}'),
('its payment was lost in part',                            'paid', 100, 0, '{100}', '{""}'), ('payment of: its payment was lost in part', 'paid', 100, 0, '{}', '{}'),
('its payment was won',                                     'paid', 100, 0, '{100}', '{""}'), ('payment of: its payment was won', 'paid', 100, 0, '{}', '{}'),
('its payment of a cent was lost',                          'paid', 1, 0, '{1}', '{""}'), ('payment of: its payment of a cent was lost', 'paid', 1, 0, '{}', '{}'),
('its payment of nothing was lost',                         'paid', 0, 0, '{0}', '{""}'), ('payment of: its payment of nothing was lost', 'paid', 0, 0, '{}', '{}'),
('a unit alone, lost to its price',                         'paid', 100, 0, '{80}', '{dispute 6}'),
('a unit alone, lost and refunded to its price',            'paid', 100, 30, '{80}', '{dispute 6}'),
('a unit alone, lost not to its price',                     'paid', 100, 0, '{80}', '{""}'),
('a unit alone, lost to more than its price',               'paid', 100, 0, '{80}', '{dispute 6}'),
('one that is gone leaves the other alone, lost',           'paid', 100, 0, '{50,50}', '{dispute 6,gone}'),
('subscription ended early',                                'paid', 100, 0, '{100}', '{subscription 7}'),
('subscription is to end early',                            'paid', 100, 0, '{100}', '{subscription 9}'),
('subscription ended before it was to',                     'paid', 100, 0, '{100}', '{subscription 7}'),
('subscription ended with its period',                      'paid', 100, 0, '{100}', '{""}'),
('subscription runs',                                       'paid', 100, 0, '{100}', '{""}'),
('subscription of a sale without period ended early',       'paid', 100, 0, '{100}', '{subscription 7}'),
('subscription of a sale without period ended on its day',  'paid', 100, 0, '{100}', '{subscription 7}'),
('subscription of a sale without period ended before it',   'paid', 100, 0, '{100}', '{""}'),
('subscription of a sale without period ended with it',     'paid', 100, 0, '{100}', '{""}'),
('subscription of a sale without period is to end',         'paid', 100, 0, '{100}', '{""}'),
('sold besides a subscription that ended early',            'paid', 200, 0, '{100}', '{""}'),
('another reference of the same value',                     'paid', 100, 0, '{100}', '{""}'),
('subscription of another source',                          'paid', 100, 0, '{100}', '{""}'),
('a client is disabled',                                    'paid', 100, 0, '{100}', '{disabled 7}'),
('a client is disabled, and another word for him',          'paid', 100, 0, '{100}', '{""}'),
('another client',                                          'paid', 100, 0, '{100}', '{""}'),
('disabled under two names, since the first',               'paid', 100, 0, '{100}', '{disabled 5}'),
('a rest that is due on no day',                            'paid', 100, 0, '{100}', '{""}'),
('the rest is overdue',                                     'paid', 100, 0, '{100}', '{overdue 7}'),
('the rest is overdue, and all is paid',                    'paid', 100, 0, '{100}', '{""}'),
('the rest is overdue, and nothing was paid',               'unpaid', 100, 0, '{100}', '{""}'),
('disabled and overdue',                                    'paid', 100, 0, '{100}', '{overdue 5}'),
('a person said which seat was refunded',                   'paid', 100, 50, '{50,50}', '{"",refund 4}'),
('a person said which seat was refunded, and it came back', 'paid', 100, 49, '{50,50}', '{"",""}'),
('a person said which seat was lost',                       'paid', 100, 0, '{50,50}', '{"",dispute 6}'),
('a person said which seat was lost, and it was won',       'paid', 100, 0, '{50,50}', '{"",""}'),
('a person said twice which seat was refunded',             'paid', 200, 100, '{100,100}', '{"",refund 4}'),
('a person said which seat was lost, then all was',         'paid', 100, 0, '{50,50}', '{dispute 6,dispute 4}'),
('a person said which seat was credited',                   'paid', 100, 0, '{50,50}', '{"",refund 4}'),
('a person said which seat was credited, of less',          'paid', 100, 0, '{50,50}', '{"",""}');

-- Movements of money, of a unit where it is said; what people call a version; disputes, as one key each.
CREATE TEMP TABLE moved (name text, kind text, day numeric, minor bigint, unit_no integer, note text);
INSERT INTO moved (name, kind, day, minor) VALUES
('nothing was given back', 'charge', 1, 100), ('nothing was given back', 'fee', 1, -100), ('in full, once all of it is', 'fee', 2, -100),
('in full, once all of it is', 'refund', 3, -40), ('in full, once all of it is', 'refund', 5, -60), ('in full, once all of it is', 'refund', 7, -10),
('in full and no more', 'refund', 3, -40), ('in full and no more', 'refund', 5, -60), ('what came back in part is goodwill', 'refund', 3, -100),
('what came back in part is goodwill', 'refund', 4, 50), ('what came back is not refunded, although nothing was paid', 'refund', 3, -5),
('what came back is not refunded, although nothing was paid', 'refund', 4, 5), ('of what was free the first cent is all', 'refund', 3, 0),
('of what was free the first cent is all', 'refund', 5, -1), ('a unit alone, when its price is reached', 'refund', 3, -50),
('a unit alone, when its price is reached', 'refund', 5, -30), ('a unit alone, when its price is reached', 'refund', 7, -10),
('a unit alone, its price exactly', 'refund', 5, -80), ('a unit alone, less than its price', 'refund', 5, -79),
('a unit alone that came back in part', 'refund', 3, -80), ('a unit alone that came back in part', 'refund', 4, 40),
('a free unit alone, the first cent of its shipping', 'refund', 3, 0), ('a free unit alone, the first cent of its shipping', 'refund', 5, -1),
('a free unit alone whose shipping came back', 'refund', 3, -5), ('a free unit alone whose shipping came back', 'refund', 4, 5),
('one that is gone leaves the other alone', 'refund', 5, -50), ('one of two, nobody knows which', 'refund', 5, -50), ('in full, and one is gone', 'refund', 5, -100),
('what came back of what was free, and it ended', 'refund', 3, -5), ('what came back of what was free, and it ended', 'refund', 4, 5),
('what came back of what was free and alone, and it ended', 'refund', 3, -5), ('what came back of what was free and alone, and it ended', 'refund', 4, 5),
('a person said twice which seat was refunded', 'refund', 4, -100),
('payment taken back', 'adjustment', 3, -100), ('payment taken back', 'adjustment', 4, 100), ('payment taken back', 'adjustment', 6, -100),
('payment taken back', 'adjustment', 8, 0), ('payment taken back', 'adjustment', 9, 50), ('payment taken back', 'fee', 10, -5),
('payment taken back and paid again', 'adjustment', 3, -100), ('payment taken back and paid again', 'adjustment', 4, 100),
('credited and refunded in full', 'refund', 5, -100), ('lost and refunded, in full together', 'refund', 2, -40),
('a unit alone, lost and refunded to its price', 'refund', 2, -30), ('a person said which seat was refunded', 'refund', 4, -50),
('a person said which seat was refunded, and it came back', 'refund', 4, -50),
('a person said which seat was refunded, and it came back', 'refund', 5, 1);
INSERT INTO moved (name, kind, day, minor, unit_no) VALUES
('the unit that is named, once its price is reached', 'fee', 2, -50, 2), ('the unit that is named, once its price is reached', 'refund', 3, -20, 2),
('the unit that is named, once its price is reached', 'refund', 6, -35, 2), ('the unit that is named, once its price is reached', 'refund', 8, -5, 2),
('the unit that is named, its price exactly', 'refund', 5, -50, 2), ('a free unit that is named', 'refund', 3, 0, 2),
('a free unit that is named', 'refund', 5, -1, 2), ('a unit that is named and came back', 'refund', 3, -50, 2),
('a unit that is named and came back', 'refund', 4, 50, 2);
INSERT INTO moved (name, kind, day, minor, unit_no) VALUES
('a free unit that is named came back, and it ended', 'refund', 3, -5, 2), ('a free unit that is named came back, and it ended', 'refund', 4, 5, 2);
INSERT INTO moved VALUES
('a note''s money for the seat that it names', 'refund', 3, -100, 2, 'a note''s money for the seat that it names'),
('a note''s money for another seat than it names now', 'refund', 3, -100, 2, 'a note''s money for another seat than it names now');
CREATE TEMP TABLE version (name text, version integer, day numeric, status text);
INSERT INTO version VALUES
('cancelled', 1, 1, 'paid'), ('cancelled', 2, 3, 'cancelled'), ('cancelled', 3, 5, 'cancelled'),
('cancelled again', 1, 1, 'cancelled'), ('cancelled again', 2, 2, 'paid'), ('cancelled again', 3, 4, 'cancelled'),
('cancelled and back', 1, 1, 'paid'), ('cancelled and back', 2, 3, 'cancelled'), ('cancelled and back', 3, 4, 'paid'),
('cancelled after a person ended it', 1, 1, 'paid'), ('cancelled after a person ended it', 2, 3, 'cancelled');
CREATE TEMP TABLE contested (name text, key text, minor bigint, opened numeric, won numeric, lost numeric);
INSERT INTO contested VALUES
('lost in full', 'a', 100, 3, NULL, 6),
('lost in part', 'a', 99, 3, NULL, 6),
('lost and refunded, in full together', 'a', 60, 3, NULL, 6),
('lost twice, in full together', 'a', 50, 3, NULL, 6), ('lost twice, in full together', 'b', 50, 3, NULL, 8), ('lost twice, in full together', 'c', 70, 3, 9, NULL),
('lost more than all', 'a', 130, 3, NULL, 6),
('one cent, lost', 'a', 1, 3, NULL, 6),
('a dispute over nothing lost, and it ended', 'a', 0, 3, NULL, 6),
('a person said which seat was lost, then all was', 'a', 50, 3, NULL, 4), ('a person said which seat was lost, then all was', 'b', 50, 3, NULL, 6),
('won', 'a', 100, 3, 6, NULL),
('open', 'a', 100, 3, NULL, NULL),
('free, and a dispute over nothing lost', 'a', 0, 3, NULL, 6),
('open twice, since the first', 'a', 50, 5, NULL, NULL), ('open twice, since the first', 'b', 50, 3, NULL, NULL), ('open twice, since the first', 'c', 50, 4, NULL, NULL),
('one won, one open', 'a', 50, 3, 6, NULL), ('one won, one open', 'b', 50, 4, NULL, NULL),
('one lost, one open', 'a', 50, 3, NULL, 6), ('one lost, one open', 'b', 50, 4, NULL, NULL),
('payment of: its payment is disputed', 'a', 1, 3, NULL, NULL), ('its payment is disputed', 'a', 1, 5, NULL, NULL),
('payment of: its payment was lost', 'a', 100, 3, NULL, 6),
('payment of: its payment was lost in part', 'a', 99, 3, NULL, 6),
('payment of: its payment was won', 'a', 100, 3, 6, NULL),
('payment of: its payment of a cent was lost', 'a', 1, 3, NULL, 6),
('payment of: its payment of nothing was lost', 'a', 0, 3, NULL, 6),
('a unit alone, lost to its price', 'a', 80, 3, NULL, 6),
('a unit alone, lost and refunded to its price', 'a', 50, 3, NULL, 6),
('a unit alone, lost not to its price', 'a', 79, 3, NULL, 6),
('a unit alone, lost to more than its price', 'a', 90, 3, NULL, 6),
('one that is gone leaves the other alone, lost', 'a', 50, 3, NULL, 6),
('a person said which seat was lost', 'a', 50, 3, NULL, 6),
('a person said which seat was lost, and it was won', 'a', 50, 3, 6, NULL);
-- Credit notes: what they name, or where their money is booked (credit_use); their lines, which name a line of the original.
CREATE TEMP TABLE note (name text PRIMARY KEY, status text, day numeric, minor bigint, currency text, corrects text, booked_on text);
INSERT INTO note VALUES
('n1', 'paid', 4, -100, 'EUR', 'credited and refunded in full', NULL),
('n2', 'paid', 3, -60, 'EUR', 'credited in full, the rest later', NULL), ('n3', 'paid', 6, -40, 'EUR', 'credited in full, the rest later', NULL),
('n3b', 'paid', 8, -10, 'EUR', 'credited in full, the rest later', NULL),
('n4', 'paid', 4, -99, 'EUR', 'credited in part', NULL),
('n5', 'paid', 4, 0, 'EUR', 'free, and credited', NULL), ('n6', 'paid', 6, -1, 'EUR', 'free, and credited', NULL),
('n7', 'test', 4, -100, 'EUR', 'credited by a test', NULL),
('n8', 'paid', 4, -100, 'USD', 'credited in another currency', NULL),
('n9', 'paid', 4, -100, 'EUR', '', 'credited by a note whose money is booked here'),
('n10', 'test', 4, -100, 'EUR', '', 'credited by a test whose money is booked here'),
('n11', 'paid', 4, -100, 'EUR', 'named by a note whose money is booked elsewhere', 'elsewhere'),
('n12', 'paid', 2, -200, 'EUR', 'the last seats first', NULL), ('n13', 'paid', 4, -200, 'EUR', 'the last seats first', NULL),
('n14', 'paid', 4, -50, 'EUR', 'seats of half a quantity', NULL),
('n15', 'paid', 4, 100, 'EUR', 'a seat more, not less', NULL),
('n24', 'paid', 2, 100, 'EUR', 'a seat more, and then one less', NULL), ('n25', 'paid', 4, -100, 'EUR', 'a seat more, and then one less', NULL),
('n14b', 'paid', 5, -50, 'EUR', 'seats of half a quantity', NULL),
('an order that corrects', 'paid', 4, -100, 'EUR', 'credited by what is no note', NULL),
('an order whose money is booked', 'paid', 4, -100, 'EUR', '', 'credited by what is no note, and booked here'),
('a note that corrects a note', 'paid', 4, -100, 'EUR', 'note n4', NULL),
('n26', 'paid', 4, -100, 'EUR', 'sold besides a subscription that ended early', NULL),
('n27', 'paid', 4, -30, 'EUR', 'goodwill of one of two', NULL),
('n28', 'paid', 6, -50, 'EUR', 'a person said twice which seat was refunded', NULL),
('n16', 'paid', 4, -100, 'EUR', 'a seat of a line of the note that is gone', NULL),
('n17', 'paid', 4, -100, 'EUR', 'a seat of a note that names no line', NULL),
('n18', 'paid', 4, -100, 'EUR', 'a seat that is gone', NULL),
('n19', 'paid', 4, -30, 'EUR', 'goodwill of one unit', NULL),
('a note''s money for the seat that it names', 'paid', 5, -100, 'EUR', 'a note''s money for the seat that it names', NULL),
('a note''s money for another seat than it names now', 'paid', 5, -100, 'EUR', 'a note''s money for another seat than it names now', NULL),
('n22', 'paid', 4, -50, 'EUR', 'a person said which seat was credited', NULL),
('n23', 'paid', 4, -49, 'EUR', 'a person said which seat was credited, of less', NULL);
CREATE TEMP TABLE note_line (name text, line_no integer, quantity numeric, minor bigint, corrects_key text, gone boolean);
INSERT INTO note_line VALUES
('n12', 1, -2, -199, '1', false), ('n13', 1, -2, -199, '1', false), ('n14', 1, -0.5, -50, '1', false), ('n15', 1, 1, 100, '1', false),
('n14b', 1, -0.5, -50, '1', false), ('n24', 1, 1, 100, '1', false), ('n25', 1, -1, -100, '1', false), ('n26', 1, -1, -95, '2', false), ('n26', 2, 0, -5, '2', false), ('n27', 1, 0, -30, '1', false),
('n16', 1, -1, -100, '1', true), ('n17', 1, -1, -100, '', false), ('n18', 1, -1, -100, '1', false), ('n19', 1, 0, -30, '1', false),
('n19', 2, 0, -1, '', false), ('n19', 3, 0, -1, '1', true),
('a note''s money for the seat that it names', 1, -1, -100, '1', false), ('a note''s money for another seat than it names now', 1, -1, -100, '1', false);
-- Subscriptions: the period of the sale's line and of the subscription, when it is to end, and when it did. A name of its own is what the sale refers to.
CREATE TEMP TABLE sold_under (name text, line_to numeric, period_to numeric, cancel_at numeric, ended_at numeric, reference text, elsewhere boolean);
INSERT INTO sold_under (name, line_to, period_to, cancel_at, ended_at, reference) VALUES
('subscription ended early', 20, 20, NULL, 7, 'subscription'),
('subscription is to end early', 20, 20, 9, NULL, 'subscription'),
('subscription ended before it was to', 20, 20, 9, 7, 'subscription'),
('subscription ended with its period', 20, 20, NULL, 20, 'subscription'),
('subscription runs', 20, 20, NULL, NULL, 'subscription'),
('subscription of a sale without period ended early', NULL, 20, NULL, 7, 'subscription'),
('subscription of a sale without period ended on its day', NULL, 20, NULL, 7, 'subscription'),
('subscription of a sale without period ended before it', NULL, 20, NULL, 7, 'subscription'),
('subscription of a sale without period ended with it', NULL, 20, NULL, 20, 'subscription'),
('subscription of a sale without period is to end', NULL, 20, 9, NULL, 'subscription'),
('sold besides a subscription that ended early', NULL, 20, NULL, 7, 'subscription'),
('what came back of what was free, and it ended', 20, 20, NULL, 9, 'subscription'), ('what came back of what was free and alone, and it ended', 20, 20, NULL, 9, 'subscription'),
('a free unit that is named came back, and it ended', 20, 20, NULL, 9, 'subscription'),
('a dispute over nothing lost, and it ended', 20, 20, NULL, 9, 'subscription'),
('another reference of the same value', 20, 20, NULL, 7, 'cart'),
('subscription of another source', 20, 20, NULL, 7, 'subscription');
UPDATE sold_under SET elsewhere = true WHERE name LIKE '%another source';

-- All that into the ledger.
INSERT INTO ctok.source (tenant_id, name, kind, role, on_disabled_client, on_overdue)
SELECT ctok.current_tenant(), n.name, 'csv', 'sale', p.policy, p.policy FROM (VALUES ('ledger', 'suspend'), ('elsewhere', 'keep')) p (name, policy), LATERAL (SELECT 'given back ' || p.name AS name) n;
CREATE TEMP TABLE place AS SELECT tenant_id, source_id, name FROM ctok.source WHERE name LIKE 'given back %';
INSERT INTO ctok.document (tenant_id, source_id, external_id, number, kind, version, effective_at, modified_at, known_at, changed_at, status, currency, total_minor, subtotal_minor,
                           discount_minor, tax_minor, shipping_minor, refunded_minor, unallocated_minor, tax_included, corrects)
SELECT p.tenant_id, p.source_id, x.name, x.name, x.kind, 9, x.at, x.at, x.at, x.at, x.status, x.currency, x.total, x.total, 0, 0, 0, x.refunded, 0, true, x.corrects
  FROM place p, (SELECT name, 'order' AS kind, pg_temp.april(CASE name WHEN 'subscription of a sale without period ended before it' THEN 8
                                                                       WHEN 'subscription of a sale without period ended on its day' THEN 7 ELSE 1 END) AS at,
                        status, 'EUR' AS currency, total, refunded, '' AS corrects FROM sale
                 UNION ALL SELECT 'elsewhere', 'order', pg_temp.april(1), 'paid', 'EUR', 1000, 0, ''
                 UNION ALL SELECT 'note ' || name, CASE WHEN name LIKE 'an order%' THEN 'order' ELSE 'credit_note' END, pg_temp.april(day), status, currency, minor, 0, corrects FROM note) x
 WHERE p.name = 'given back ledger';
UPDATE sale s SET id = d.document_id FROM ctok.document d JOIN place p ON p.source_id = d.source_id AND p.name = 'given back ledger' WHERE d.external_id = s.name;
CREATE TEMP TABLE noted AS SELECT n.*, d.tenant_id, d.document_id AS id FROM note n JOIN ctok.document d ON d.external_id = 'note ' || n.name;
INSERT INTO ctok.credit_use (tenant_id, note_id, original_id) SELECT n.tenant_id, n.id, d.document_id FROM noted n JOIN ctok.document d ON d.external_id = n.booked_on;
INSERT INTO ctok.credit_use (tenant_id, note_id, original_id) SELECT n.tenant_id, n.id, s.id FROM noted n JOIN moved m ON m.note = n.name JOIN sale s ON s.name = n.corrects;
INSERT INTO ctok.line (tenant_id, document_id, line_no, line_key, product_id, quantity, unit_price_minor, net_minor, period_from, period_to)
SELECT p.tenant_id, s.id, 1, '1', 0, cardinality(s.units), 100, s.total, CASE WHEN b.line_to IS NOT NULL THEN pg_temp.april(1) END, pg_temp.april(b.line_to)
  FROM sale s CROSS JOIN (SELECT DISTINCT tenant_id FROM place) p LEFT JOIN sold_under b ON b.name = s.name
UNION ALL SELECT p.tenant_id, s.id, 2, '2', 0, 1, 100, 100, pg_temp.april(1), pg_temp.april(5) FROM sale s, (SELECT DISTINCT tenant_id FROM place) p WHERE s.name LIKE 'sold besides%';
INSERT INTO ctok.line (tenant_id, document_id, line_no, line_key, product_id, quantity, unit_price_minor, net_minor, gone, corrects_key)
SELECT n.tenant_id, n.id, l.line_no, l.line_no::text, 0, l.quantity, 0, l.minor, l.gone, l.corrects_key FROM note_line l JOIN noted n ON n.name = l.name;
INSERT INTO ctok.unit (tenant_id, document_id, line_no, unit_no, net_minor, gone)
SELECT p.tenant_id, s.id, 1, u.unit_no, u.net, s.due[u.unit_no] = 'gone' FROM sale s, (SELECT DISTINCT tenant_id FROM place) p, unnest(s.units) WITH ORDINALITY u (net, unit_no);
INSERT INTO ctok.movement (tenant_id, document_id, unit_id, kind, external_key, amount_minor, currency, effective_at, known_at, run_id, note_id)
SELECT p.tenant_id, s.id, u.unit_id, m.kind, m.day::text, m.minor, 'EUR', pg_temp.april(m.day), pg_temp.april(m.day), 0, n.id
  FROM moved m JOIN sale s ON s.name = m.name CROSS JOIN (SELECT DISTINCT tenant_id FROM place) p
  LEFT JOIN ctok.unit u ON u.document_id = s.id AND u.unit_no = m.unit_no LEFT JOIN noted n ON n.name = m.note;
INSERT INTO ctok.document_version (tenant_id, document_id, version, modified_at, known_at, run_id, payload_hash, status, total_minor, refunded_minor)
SELECT p.tenant_id, s.id, v.version, pg_temp.april(v.day), pg_temp.april(v.day), 0, '', v.status, s.total, 0 FROM version v JOIN sale s ON s.name = v.name CROSS JOIN (SELECT DISTINCT tenant_id FROM place) p;
INSERT INTO ctok.settlement (tenant_id, source_id, kind, external_key, payment_key, intent_key, amount_minor, currency, effective_at, known_at, run_id, document_id)
SELECT p.tenant_id, p.source_id, k.kind, d.name || d.key, '', '', -d.minor, 'EUR', pg_temp.april(k.day), pg_temp.april(k.day), 0, s.id
  FROM contested d JOIN sale s ON s.name = d.name JOIN place p ON p.name = 'given back ledger'
 CROSS JOIN LATERAL (VALUES ('dispute_opened', d.opened), ('dispute_won', d.won), ('dispute_lost', d.lost), ('fee', d.opened)) k (kind, day) WHERE k.day IS NOT NULL;
INSERT INTO ctok.document_reference (tenant_id, document_id, name, value)
SELECT p.tenant_id, s.id, b.reference, b.name FROM sold_under b JOIN sale s ON s.name = b.name CROSS JOIN (SELECT DISTINCT tenant_id FROM place) p
UNION ALL SELECT p.tenant_id, s.id, CASE WHEN s.name LIKE '%another word%' THEN 'customer' ELSE 'client' END, s.name FROM sale s, (SELECT DISTINCT tenant_id FROM place) p WHERE s.name ~ 'disabled|client'
UNION ALL SELECT p.tenant_id, s.id, 'client', 'an older name' FROM sale s, (SELECT DISTINCT tenant_id FROM place) p WHERE s.name LIKE 'disabled under two names%'
UNION ALL SELECT n.tenant_id, n.id, 'client', 'a client is disabled' FROM noted n WHERE n.name = 'n4'
UNION ALL SELECT n.tenant_id, n.id, 'subscription', 'subscription ended early' FROM noted n WHERE n.name = 'n12'
UNION ALL SELECT p.tenant_id, s.id, 'subscription', 'another, that ended later' FROM sale s, (SELECT DISTINCT tenant_id FROM place) p WHERE s.name = 'subscription ended early';
INSERT INTO ctok.subscription (tenant_id, source_id, external_id, status, paused, period_to, cancel_at, ended_at, known_at)
SELECT p.tenant_id, p.source_id, b.name, 'active', false, pg_temp.april(b.period_to), pg_temp.april(b.cancel_at), pg_temp.april(b.ended_at), pg_temp.april(1)
  FROM sold_under b JOIN place p ON p.name = CASE WHEN b.elsewhere THEN 'given back elsewhere' ELSE 'given back ledger' END;
INSERT INTO ctok.subscription (tenant_id, source_id, external_id, status, paused, period_to, ended_at, known_at)
SELECT tenant_id, source_id, 'another, that ended later', 'active', false, pg_temp.april(20), pg_temp.april(9), pg_temp.april(1) FROM place WHERE name = 'given back ledger';
INSERT INTO ctok.client_disabled (tenant_id, source_id, client_key, disabled_at, said)
SELECT p.tenant_id, p.source_id, s.name, pg_temp.april(7), true FROM sale s JOIN place p ON p.name = 'given back ledger' WHERE s.name LIKE '%disabled%'
UNION ALL SELECT tenant_id, source_id, 'an older name', pg_temp.april(5), true FROM place WHERE name = 'given back ledger';
UPDATE ctok.document d SET rest_due_at = pg_temp.april(CASE s.name WHEN 'disabled and overdue' THEN 5 ELSE 7 END),
                           paid_minor = CASE WHEN s.name LIKE '%all is paid' THEN 100 WHEN s.name LIKE '%nothing was paid' THEN 0 ELSE 99 END
  FROM sale s WHERE s.id = d.document_id AND s.name LIKE '%overdue%';
UPDATE ctok.document d SET paid_minor = 99 FROM sale s WHERE s.id = d.document_id AND s.name = 'a rest that is due on no day';
UPDATE ctok.document d SET paid_minor = -150, rest_due_at = pg_temp.april(7) FROM noted n WHERE n.id = d.document_id AND n.name = 'n4';
-- What people decided: of a vanished document, and of a seat (the second one) for money of that amount.
UPDATE ctok.document d SET gone_at = pg_temp.april(1) FROM sale s WHERE s.id = d.document_id AND s.name LIKE '%a person %' AND s.name NOT LIKE '%seat%';
INSERT INTO ctok.decision (tenant_id, kind, matter, document_id, about, about_at, about_minor, who_name, reason, asked_at, begun_at)
SELECT p.tenant_id, x.kind, s.name || x.about, s.id, x.about, pg_temp.april(x.day), x.minor, 'Eve', 'so it is', pg_temp.april(1), pg_temp.april(2)
  FROM (VALUES ('cancelled after a person ended it', 'end', 'gone', 1, NULL), ('a person ended what vanished', 'end', 'gone', 1, NULL), ('a person kept what vanished', 'keep', 'gone', 1, NULL),
               ('a person said which seat was refunded', 'seat', 'refund', 4, 50), ('a person said which seat was refunded, and it came back', 'seat', 'refund', 4, 50),
               ('a person said which seat was lost', 'seat', 'dispute', 6, 50), ('a person said which seat was lost, and it was won', 'seat', 'dispute', 6, 50),
               ('a person said twice which seat was refunded', 'seat', 'refund', 4, 50), ('a person said twice which seat was refunded', 'seat', 'credit', 6, 50),
               ('a person said which seat was lost, then all was', 'seat', 'dispute', 4, 50),
               ('a person said which seat was credited', 'seat', 'credit', 4, 50), ('a person said which seat was credited, of less', 'seat', 'credit', 4, 50)) x (name, kind, about, day, minor)
  JOIN sale s ON s.name = x.name CROSS JOIN (SELECT DISTINCT tenant_id FROM place) p;
INSERT INTO ctok.decision_unit (tenant_id, decision_id, unit_id)
SELECT d.tenant_id, d.decision_id, u.unit_id FROM ctok.decision d JOIN ctok.unit u ON u.document_id = d.document_id AND u.unit_no = 2 WHERE d.kind = 'seat';

-- Deals: those payments settle their sales; what was lost of a sale itself waits for nothing.
INSERT INTO ctok.deal_document (tenant_id, document_id, deal_id, part)
SELECT p.tenant_id, x.document_id, x.deal_id, x.part
  FROM (SELECT m.id AS document_id, s.id AS deal_id, 'payment' AS part FROM sale m JOIN sale s ON m.name = 'payment of: ' || s.name
        UNION ALL SELECT s.id, s.id, 'sale' FROM sale s WHERE s.name LIKE 'its payment%' OR s.name = 'lost in full') x
 CROSS JOIN (SELECT DISTINCT tenant_id FROM place) p;
-- Since when a sale's access waits for a dispute; what was credited, by when all of it, and how much of that is for no unit that is known.
CREATE TEMP TABLE waits (name text, since numeric);
INSERT INTO waits VALUES ('open', 3), ('open twice, since the first', 3), ('one won, one open', 4), ('one lost, one open', 4), ('its payment is disputed', 3), ('its payment was lost', 6),
('its payment of a cent was lost', 6), ('payment of: its payment is disputed', 3);
CREATE TEMP TABLE credited (name text, said text);
INSERT INTO credited VALUES ('credited and refunded in full', '100 4 100'), ('credited in full, the rest later', '110 6 110'), ('credited in part', '99 never 99'), ('free, and credited', '1 6 1'),
('credited by a note whose money is booked here', '100 4 100'), ('the last seats first', '400 never 2'), ('seats of half a quantity', '100 never 100'),
('a seat more, not less', '-100 never -100'), ('a seat more, and then one less', '0 never -100'), ('sold besides a subscription that ended early', '100 never 95'),
('goodwill of one of two', '30 never 30'), ('a person said twice which seat was refunded', '50 never 50'), ('a seat of a line of the note that is gone', '100 never 100'), ('a seat of a note that names no line', '100 never 100'),
('a seat that is gone', '100 never 100'), ('goodwill of one unit', '30 never 0'), ('a note''s money for the seat that it names', '100 never 0'),
('a note''s money for another seat than it names now', '100 never 0'), ('a person said which seat was credited', '50 never 50'),
('a person said which seat was credited, of less', '49 never 49');

CREATE TEMP TABLE lost (name text, said text);
INSERT INTO lost VALUES ('open', '0 100'), ('won', '0 0'), ('lost in full', '100 0'), ('one lost, one open', '50 50');
INSERT INTO ctok.settlement (tenant_id, source_id, kind, external_key, payment_key, intent_key, amount_minor, currency, effective_at, known_at, run_id)
SELECT p.tenant_id, p.source_id, 'dispute_opened', 'of nobody', '', '', -100, 'EUR', pg_temp.april(3), pg_temp.april(3), 0 FROM place p WHERE p.name = 'given back ledger';

ANALYZE ctok.document, ctok.document_version, ctok.document_reference, ctok.line, ctok.unit, ctok.movement, ctok.settlement, ctok.credit_use, ctok.subscription,
        ctok.client_disabled, ctok.decision, ctok.decision_unit, ctok.source;

CREATE TEMP VIEW judged AS
SELECT s.name || ', unit ' || u.unit_no AS what, coalesce(v.found, '') AS found, s.due[u.unit_no] AS expected, coalesce(v.found, '') = replace(s.due[u.unit_no], 'gone', '') AS right_so
  FROM sale s
  JOIN ctok.unit u ON u.document_id = s.id
  LEFT JOIN (SELECT v.unit_id, string_agg(v.why || ' ' || to_char(v.revoked_at, 'FMDD'), ', ') AS found FROM rule.unit_void v GROUP BY v.unit_id) v ON v.unit_id = u.unit_id
UNION ALL
SELECT s.name || ', waits', x.found, w.since::text, x.found IS NOT DISTINCT FROM w.since::text
  FROM sale s
  LEFT JOIN waits w ON w.name = s.name
  LEFT JOIN (SELECT x.document_id, string_agg(coalesce(to_char(x.since, 'FMDD'), 'since ever'), ', ') AS found FROM rule.document_disputed x GROUP BY x.document_id) x ON x.document_id = s.id
UNION ALL
SELECT w.name || ', lost and open', x.lost_minor || ' ' || x.open_minor, w.said, (x.lost_minor || ' ' || x.open_minor) = w.said
  FROM lost w
  JOIN sale s ON s.name = w.name
  LEFT JOIN rule.document_dispute x ON x.document_id = s.id
UNION ALL
SELECT 'overdue', x.found, NULL, x.found = 'disabled and overdue, the rest is overdue'
  FROM (SELECT string_agg(coalesce(s.name, o.document_id::text), ', ' ORDER BY s.name) AS found FROM rule.document_overdue o JOIN place p ON p.source_id = o.source_id LEFT JOIN sale s ON s.id = o.document_id) x
UNION ALL
SELECT 'of notes and of nobody', x.found, NULL, x.found = '0 0 0 0'
  FROM (SELECT concat_ws(' ', (SELECT count(*) FROM rule.document_credit c JOIN noted n ON n.id = c.original_id),
                         (SELECT count(*) FROM rule.document_disabled c JOIN noted n ON n.id = c.document_id),
                         (SELECT count(*) FROM rule.line_ended e JOIN noted n ON n.id = e.document_id),
                         (SELECT count(*) FROM rule.dispute d WHERE d.document_id IS NULL)) AS found) x
UNION ALL
SELECT s.name || ', credited', c.found, w.said, c.found IS NOT DISTINCT FROM w.said
  FROM sale s
  LEFT JOIN credited w ON w.name = s.name
  LEFT JOIN (SELECT c.original_id, string_agg(concat_ws(' ', c.credited_minor, coalesce(to_char(c.credited_at, 'FMDD'), 'never'), c.loose_minor), ', ') AS found
               FROM rule.document_credit c GROUP BY c.original_id) c ON c.original_id = s.id;
