package io.stoa.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import com.google.protobuf.UnknownFieldSet;
import io.stoa.auth.Claims;
import io.stoa.auth.VideoGrant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallerTest {
    private static Caller caller(String video) {
        return new Caller(Claims.fromJson("{\"video\":" + video + "}"));
    }

    @Test
    void an_admin_of_one_room_is_admin_of_that_room_alone() {
        assertThatCode(() -> caller("{\"roomAdmin\":true,\"room\":\"lobby\"}").requireRoomAdmin("lobby")).doesNotThrowAnyException();
        for (Caller other : new Caller[] {
            new Caller(null), new Caller(Claims.of("ann", null)), caller("{}"), caller("{\"roomAdmin\":true}"), caller("{\"roomAdmin\":true,\"room\":\"Lobby\"}"),
            caller("{\"roomJoin\":true,\"room\":\"lobby\"}")
        })
            assertThatThrownBy(() -> other.requireRoomAdmin("lobby"))
                    .isInstanceOfSatisfying(RpcException.class, e -> assertThat(e.code()).isEqualTo(RpcCode.UNAUTHENTICATED))
                    .hasMessage("permissions denied");
    }

    @Test
    void a_grant_is_what_the_call_asks_for() {
        assertThatCode(() -> caller("{\"roomList\":true}").require(VideoGrant::roomList)).doesNotThrowAnyException();
        assertThatThrownBy(() -> caller("{\"roomList\":true}").require(VideoGrant::roomCreate)).hasMessage("permissions denied");
    }

    /** Spec 1.4. */
    @ParameterizedTest
    @CsvSource({
        "canceled,408", "unknown,500", "invalid_argument,400", "malformed,400", "deadline_exceeded,408", "not_found,404", "bad_route,404", "already_exists,409",
        "permission_denied,403", "unauthenticated,401", "resource_exhausted,429", "failed_precondition,412", "aborted,409", "out_of_range,400",
        "unimplemented,501", "internal,500", "unavailable,503", "data_loss,500"
    })
    void codes_and_their_status(String text, int status) {
        RpcCode code = Arrays.stream(RpcCode.values()).filter(c -> c.text.equals(text)).findFirst().orElseThrow();
        assertThat(code.httpStatus).isEqualTo(status);
        assertThat(RpcCode.values()).hasSize(18);
    }

    @Test
    void an_exception_carries_what_the_caller_is_told() {
        var plain = new RpcException(RpcCode.NOT_FOUND, "gone");
        assertThat(plain.meta()).isEmpty();
        assertThat(new RpcException(RpcCode.ABORTED, "so", Map.of("a", "b")).meta()).containsEntry("a", "b");
        assertThat(RpcCode.of(RpcCode.ABORTED)).isSameAs(RpcCode.ABORTED);
    }

    /** Spec 1.4: base64 of a google.rpc.Status. */
    @Test
    void details_are_told_as_a_status() throws Exception {
        Any detail = Any.pack(Empty.getDefaultInstance());
        var error = new RpcException(RpcCode.NOT_FOUND, "gone", Map.of("a", "b"), List.of(detail));
        assertThat(error.meta()).containsOnlyKeys("a", "error_details");
        UnknownFieldSet status = UnknownFieldSet.parseFrom(Base64.getDecoder().decode(error.meta().get("error_details")));
        assertThat(status.getField(1).getVarintList()).containsExactly(5L);
        assertThat(status.getField(2).getLengthDelimitedList()).containsExactly(ByteString.copyFromUtf8("gone"));
        assertThat(Any.parseFrom(status.getField(3).getLengthDelimitedList().getFirst())).isEqualTo(detail);
    }
}
