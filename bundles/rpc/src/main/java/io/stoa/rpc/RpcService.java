package io.stoa.rpc;

import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.Message;
import io.stoa.protocol.Services;
import io.stoa.room.RoomException;
import io.stoa.store.StoreException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A service as its methods by name, to be extended: who extends it says in its constructor what each of them does. What stores and rooms
 * throw is told to callers in the words of RPCs.
 */
@ConsumerType
public class RpcService implements RpcEndpoint {
    /** What a method does. */
    @ConsumerType
    @FunctionalInterface
    protected interface Work<Q extends Message> {
        Message run(Q request, Caller caller) throws RpcException, RoomException, StoreException;
    }

    private record Method<Q extends Message>(Q prototype, Work<Q> work) {
        @SuppressWarnings("unchecked") // requests are made from the prototype
        Message run(Message request, Caller caller) throws RpcException, RoomException, StoreException {
            return work.run((Q) request, caller);
        }
    }

    private final ServiceDescriptor service;
    private final Map<String, Method<?>> methods = new LinkedHashMap<>();

    /** @param name full, of a service of the schema */
    protected RpcService(String name) {
        service = Services.byName(name);
    }

    /** @throws IllegalArgumentException if the service declares no such method, or one that takes something else */
    protected final <Q extends Message> void add(String method, Q prototype, Work<Q> work) {
        MethodDescriptor declared = service.findMethodByName(method);
        if (declared == null || !declared.getInputType().equals(prototype.getDescriptorForType()))
            throw new IllegalArgumentException(service.getFullName() + " has no method " + method + " that takes " + prototype.getDescriptorForType().getName());
        methods.put(method, new Method<>(prototype, work));
    }

    @Override
    public final ServiceDescriptor descriptor() {
        return service;
    }

    @Override
    public final Message requestPrototype(String method) {
        Method<?> known = methods.get(method);
        return known == null ? null : known.prototype();
    }

    @Override
    public final Message call(String method, Message request, Caller caller) throws RpcException {
        try {
            return methods.get(method).run(request, caller);
        } catch (RoomException e) {
            throw RpcException.of(e);
        } catch (StoreException e) {
            throw RpcException.of(e);
        } catch (IllegalStateException e) { // by rooms that are just being handed over
            throw new RpcException(RpcCode.UNAVAILABLE, e.getMessage());
        }
    }
}
