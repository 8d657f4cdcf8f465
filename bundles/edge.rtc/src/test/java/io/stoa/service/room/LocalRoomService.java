package io.stoa.service.room;

import io.stoa.room.RoomManager;
import io.stoa.rpc.RpcEndpoint;
import io.stoa.store.RoomStore;
import java.lang.annotation.Annotation;

/** RoomService with LiveKit's default limits, without a framework. */
public final class LocalRoomService {
    private LocalRoomService() {}

    public static RpcEndpoint of(RoomManager rooms, RoomStore store) {
        RoomDirectory directory = new RoomDirectory();
        directory.rooms = rooms;
        RoomService service = new RoomService(directory, new LimitConfig() {
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
        service.store = store;
        return service;
    }
}
