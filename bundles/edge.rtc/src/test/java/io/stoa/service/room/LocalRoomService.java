package io.stoa.service.room;

import io.stoa.room.RoomManager;
import io.stoa.rpc.RpcEndpoint;
import io.stoa.store.RoomStore;
import java.lang.annotation.Annotation;

/** RoomService with LiveKit's default limits, without a framework. */
public final class LocalRoomService {
    private LocalRoomService() {}

    public static RpcEndpoint of(RoomManager rooms, RoomStore store) {
        RoomService service = new RoomService(new LimitConfig() {
            @Override
            public int maxRoomNameLength() {
                return 256;
            }

            @Override
            public int maxParticipantNameLength() {
                return 256;
            }

            @Override
            public int maxMetadataSize() {
                return 524_288;
            }

            @Override
            public int maxAttributesSize() {
                return 65_536;
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return LimitConfig.class;
            }
        });
        service.rooms = rooms;
        service.store = store;
        return service;
    }
}
