using Unfold.Tensors;

namespace Unfold.Tests.Tensors;

public sealed class ArenaTests
{
    [Fact]
    public void The_same_requests_find_the_same_places_whatever_came_first()
    {
        Arena arena = new(new object());
        int[] lengths = [7, 200_000, 1_000, 150_000, 1, 0, 900_000, 3, 70_000, 40];
        (Storage?, int)[] Round() => [.. lengths.Select(length => arena.Rent(length)).Select(slot => (slot.Storage, slot.Offset))];
        (Storage?, int)[] first = Round();
        arena.Reset();
        long capacity = arena.Capacity;
        Assert.Equal(first, Round());
        Assert.Equal(capacity, arena.Capacity);
    }

    [Fact]
    public void Places_do_not_overlap()
    {
        Arena arena = new(new object());
        Random random = new(5);
        List<TensorSlot> slots = [.. Enumerable.Range(0, 200).Select(_ => arena.Rent(random.Next(30_000)))];
        for (int i = 0; i < slots.Count; i++)
            slots[i].Storage!.Span.Slice(slots[i].Offset, slots[i].Length).Fill(i);
        for (int i = 0; i < slots.Count; i++)
            Assert.False(slots[i].Storage!.Span.Slice(slots[i].Offset, slots[i].Length).ContainsAnyExcept(i));
    }
}
