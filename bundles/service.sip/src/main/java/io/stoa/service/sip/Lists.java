package io.stoa.service.sip;

import static io.stoa.rpc.RpcException.invalidArgument;

import io.stoa.protocol.livekit.ListUpdate;
import io.stoa.rpc.RpcException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Changes of lists: cleared, set, or single elements added and removed. */
final class Lists {
    private Lists() {}

    static void check(ListUpdate update) throws RpcException {
        boolean single = update.getAddCount() + update.getRemoveCount() > 0;
        boolean change = single || update.getSetCount() > 0;
        if (!update.getClear() && !change) throw invalidArgument("unsupported list update operation");
        if (update.getClear() && change) throw invalidArgument("cannot clear and change the list at the same time");
        if (update.getSetCount() > 0 && single) throw invalidArgument("cannot set and change the list at the same time");
        if (Stream.of(update.getSetList(), update.getAddList(), update.getRemoveList()).flatMap(List::stream).anyMatch(String::isEmpty))
            throw invalidArgument("empty element in the list");
    }

    static List<String> updated(List<String> list, ListUpdate update) throws RpcException {
        check(update);
        if (update.getClear()) return List.of();
        if (update.getSetCount() > 0) return update.getSetList();
        List<String> updated = new ArrayList<>(list);
        update.getRemoveList().forEach(updated::remove);
        for (String added : update.getAddList()) if (!updated.contains(added)) updated.add(added);
        return updated;
    }
}
