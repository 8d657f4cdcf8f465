package io.stoa.room.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Of everything that a room remembers somebody has said what becomes of it when the room is handed over: it goes along, in
 * {@code handover.proto}, or it is made anew. Whoever adds a field decides, and adds it here.
 */
class HandedOverFieldsTest {
    private record Decision(Class<?> owner, Set<String> goesAlong, Set<String> madeAnew) {
        @Override
        public String toString() {
            return owner.getSimpleName();
        }
    }

    private static Set<String> words(String text) {
        return text.isBlank() ? Set.of() : Set.of(text.strip().split("\\s+"));
    }

    private static Decision of(Class<?> owner, String goesAlong, String madeAnew) {
        return new Decision(owner, words(goesAlong), words(madeAnew));
    }

    static Stream<Decision> decisions() {
        return Stream.of(
                of(ActiveRoom.class, "description codecs vacancy welcome internal members data",
                        "manager mailbox ids calls speakers dynacast crowd closed held expected population recurring inspection malformedData"),
                of(RoomDescription.class, "info updateDue", "room manager shown audioTracks videoTracks"),
                of(RoomCodecs.class, "enabled", ""),
                of(Vacancy.class, "openedAt everJoined lastLeftAt", "room plan"),
                of(Welcome.class, "sifTrailer", "room manager"),
                of(HeldSessions.class, "", "room awaited"),
                of(Member.class,
                        "identity sid start signalling connections publications publishing subscriptions dataTracks blobs outbox info grants permission"
                                + " lastReliableSequence speakerLevel speaksUntilMillis quality qualityTold announced original forwardings",
                        "residence traits requests open shown"),
                of(Signalling.class, "connectionId awaitsResume resumeUntil lostUntil missedDepartures dropsOnResume dropsMessagesOnResume",
                        "member sink generation"),
                of(Connections.class, "firstOfferId answering nextWay publisher subscriber descriptions everActive", "member single unread flooded"),
                of(Publishing.class, "publications allowed", "member"),
                of(Publications.class, "bySid queued", "ids codecs"),
                of(Publications.Entry.class, "cid info published subscribedOnce expectedUntil told", "lessFrom neededElsewhere"),
                of(Subscriptions.class, "active taken unbound wished settings lastAllowed", "owner unknown waiting"),
                of(DataTracks.class, "published received wished nextHandle", "owner maxCustomEncodingLength"),
                of(DataBlobs.class, "blobs", ""),
                of(DataOutbox.class, "waiting", "member waitingBytes"),
                of(Grants.class, "claims json", "listener"),
                of(OfferAnswer.class, "heldCandidate offerOutstanding outstandingUntil offerScheduled restartScheduled offerAgain offerId awaitsClient",
                        "member publisher subscriber describing behindDescription offerGeneration"),
                of(Answering.class, "answering", "member connections vanishing generation"),
                of(NextWay.class, "connectedSince paths dueUntil heardAt failedAt signalRoundTrip decided", "member connections"),
                of(DataRelay.class, "nonces", "room calls"),
                of(ServerCalls.class, "", "room awaitingAck awaitingResponse"),
                of(Speakers.class, "", "room"),
                of(Dynacast.class, "", "room changed"),
                of(Qualities.class, "", "room"),
                of(LocalForwarding.class, "destination", "original shown"),
                of(PendingForwarding.class, "destination", "manager member until over"),
                of(Bridge.class, "", "manager id node order peer candidates connected lostAt unheard closed"),
                of(OutboundBridge.class, "destination",
                        "member there carried taken needs needsNumber pictureNumber pictureDue offerId outstanding offered offeredAt offerAgain"),
                of(InboundBridge.class, "", "room fromRoomSid shown pictureNumber mimes needs needsNumber needsDue level"),
                of(Crowd.class, "", "room due replaced scheduled scheduledSoon"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("decisions")
    void it_is_decided_what_becomes_of_every_field(Decision decision) {
        Set<String> fields = Arrays.stream(decision.owner.getDeclaredFields())
                .filter(field -> !Modifier.isStatic(field.getModifiers()) && !field.isSynthetic())
                .map(Field::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> decided = new TreeSet<>(decision.goesAlong);
        decided.addAll(decision.madeAnew);
        assertThat(fields).isEqualTo(decided);
        assertThat(decision.goesAlong).noneMatch(decision.madeAnew::contains);
    }

    /** Classes of rooms that hold something; others only compute, carry, or belong to the room manager. */
    private static final Map<String, String> WITHOUT_A_ROOMS_MEMORY = Map.of(
            "Requests", "its participant only",
            "Backlog", "it counts what is on its way, and nothing is when a room stands still",
            "Inspection", "it only asks",
            "TrackNotes", "of those who hold it",
            "Residence", "of its participant, which is in the room that hands it over");

    @ParameterizedTest(name = "{0}")
    @MethodSource("decisions")
    void what_a_room_holds_is_in_the_list(Decision decision) {
        List<Class<?>> listed = decisions().<Class<?>>map(Decision::owner).toList();
        assertThat(Arrays.stream(decision.owner.getDeclaredFields())
                        .filter(field -> !Modifier.isStatic(field.getModifiers()))
                        .map(Field::getType)
                        .filter(type -> type.getPackage() == ActiveRoom.class.getPackage() && !type.isRecord() && !type.isInterface())
                        .filter(type -> !Set.of(LiveRoomManager.class, Mailbox.class, ClientTraits.class).contains(type))
                        .filter(type -> !WITHOUT_A_ROOMS_MEMORY.containsKey(type.getSimpleName())))
                .isSubsetOf(listed);
    }
}
